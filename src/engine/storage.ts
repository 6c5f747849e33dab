/** Where a launch's operands live, as plain data; a Program turns it into buffers. */
import type { Packing } from './constants.js';
import { TEXEL_BYTES } from './textures.js';

interface Base {
  readonly label: string;
  readonly bytes: number;
}

/** Lives between its first write and its last read; the planner gives it a slot that it shares with others. */
export interface Temporary extends Base {
  readonly kind: 'temporary';
}

/** Has a buffer of its own for the life of the Program: codes, moments, inputs, results. Zero at first. */
export interface Persistent extends Base {
  readonly kind: 'persistent';
}

/** A frozen weight. */
export interface Constant extends Base {
  readonly kind: 'constant';
  readonly data: Float32Array;
  readonly packing: Packing;
}

/** A part of another storage; `offset` in bytes is a multiple of STORAGE_ALIGNMENT. */
export interface View extends Base {
  readonly kind: 'view';
  readonly of: Storage;
  readonly offset: number;
}

export type Storage = Temporary | Persistent | Constant | View;

/** WebGPU's default minStorageBufferOffsetAlignment, in bytes. */
export const STORAGE_ALIGNMENT = 256;

/** The size of a buffer that holds so many bytes: whole texels, since it may be copied into a texture. */
export function bufferBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / TEXEL_BYTES)) * TEXEL_BYTES;
}

/** So many elements of a storage, from `offset` bytes on. */
export function partOf(of: Storage, offset: number, elements: number): Storage {
  const bytes = 4 * elements;
  return offset === 0 && bytes === of.bytes ? of : { kind: 'view', label: of.label, bytes, of, offset };
}

export function rootOf(storage: Storage): { root: Temporary | Persistent | Constant; offset: number } {
  let offset = 0;
  let at = storage;
  while (at.kind === 'view') {
    offset += at.offset;
    at = at.of;
  }
  return { root: at, offset };
}
