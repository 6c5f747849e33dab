import type { RowRange } from './rows.js';

/** A direction in W along which one thing about a picture changes. */
export interface Direction {
  readonly name: string;
  /** For people: what a positive amount does. */
  readonly description: string;
  /**
   * [D], or a vector [D] for each row of the code: one unit of strength. What a unit is, is the direction's own affair; it
   * need not have length 1.
   */
  readonly vector: Float32Array | readonly Float32Array[];
  /** Where it acts unless told otherwise. */
  readonly rows: RowRange;
  /**
   * Given, an amount is a place along the vector and no step: w' = w + (amount + centre − w·v/|v|²) v, `centre` the place
   * of the mean w (Härkönen et al. 2020, "GANSpace", whose pictures are so).
   */
  readonly centre?: number;
}
