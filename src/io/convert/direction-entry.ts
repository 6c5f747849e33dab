/** What a file of directions says of each, as JSON beside the tensor [D], or [R, D] with a vector for each row of the code. */
export interface DirectionEntry {
  /** Where it acts unless told otherwise, both ends included. */
  readonly rows: readonly [from: number, to: number];
  readonly description: string;
  /**
   * Where it is given, amounts are places and no steps: `centre` is where the mean w lies along the vector, in its own
   * lengths.
   */
  readonly centre?: number;
}
