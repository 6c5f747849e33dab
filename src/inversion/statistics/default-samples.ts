/** Samples of w for P-norm+ statistics, as is usual. */
export const DEFAULT_SAMPLES = 1_000_000;
