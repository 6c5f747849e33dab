import type { RowRange } from './rows.js';

/** A direction in W along which one thing about a picture changes. */
export interface Direction {
  readonly name: string;
  /** For people: what a positive amount does. */
  readonly description: string;
  /** [D]: one unit of strength. What a unit is, is the direction's own affair; it need not have length 1. */
  readonly vector: Float32Array;
  /** Where it acts unless told otherwise. */
  readonly rows: RowRange;
}
