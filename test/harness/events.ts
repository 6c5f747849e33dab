/** What a host says while it runs, as plain JSON, and what it is told to run. */
import type { Tolerance } from './case.js';

export type TestEvent =
  | { readonly type: 'start'; readonly file: string; readonly name: string; readonly seconds: number }
  | { readonly type: 'end'; readonly file: string; readonly name: string; readonly error?: string }
  /** A case that has failed outside its own run: an error of the page, a file that cannot be loaded. */
  | { readonly type: 'stray'; readonly where: string; readonly error: string }
  | { readonly type: 'suite'; readonly result: SuiteResult }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'record'; readonly record: PackedRecord }
  | { readonly type: 'done' };

export interface SuiteResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
}

export interface PackedRecord {
  readonly file: string;
  readonly name: string;
  readonly key: string;
  readonly kind: 'bytes' | 'floats';
  readonly base64: string;
  readonly across?: Tolerance;
}

/** Which cases run: all that fit `pattern` (on `file` or `name`), and of these only the ones named, if any are. */
export interface Selection {
  readonly pattern: string;
  readonly only?: readonly string[];
}

export function caseId(file: string, name: string): string {
  return `${file} > ${name}`;
}

export function isSelected({ pattern, only }: Selection, file: string, name: string): boolean {
  const id = caseId(file, name);
  return new RegExp(pattern).test(id) && (!only || only.includes(id));
}
