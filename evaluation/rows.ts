/** What the evaluation finds, as rows, and the averages over them. */
import type { Image } from '../src/io/image.js';

/** One method on all faces under one transform. */
export interface Row {
  readonly method: string;
  readonly transform: string;
  /** In dB, mean over the faces. */
  readonly psnr: number;
  /** The model's perceptual distance, mean over the faces. */
  readonly perceptual: number;
  readonly images: number;
  readonly steps: number;
}

/** One direction by one method on all faces under one transform; in standard deviations, means over the faces. */
export interface EditRow {
  readonly method: string;
  readonly transform: string;
  readonly direction: string;
  /** How far the wanted attribute moved, the wanted way. */
  readonly moved: number;
  /** How far the other reliable attributes moved, either way. */
  readonly drift: number;
}

export interface Scored {
  readonly plus: Readonly<Record<string, number>>;
  readonly minus: Readonly<Record<string, number>>;
}

/** Half of what lies between an edit one way and the other: `moved` of `wanted`, and the mean of the others without signs. */
export function movedAndDrift(scored: readonly Scored[], wanted: string, reliable: readonly string[]) {
  const half = ({ plus, minus }: Scored, name: string) => (plus[name]! - minus[name]!) / 2;
  const others = reliable.filter((name) => name !== wanted);
  return {
    moved: mean(scored.map((each) => half(each, wanted))),
    drift: mean(scored.map((each) => mean(others.map((name) => Math.abs(half(each, name)))))),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A face as a method reconstructs and edits it, for the sheet. */
export interface Shown {
  readonly method: string;
  readonly transform: string;
  readonly input: Image;
  readonly reconstruction: Image;
  readonly edited: Image | undefined;
}
