/** WebGPU in a browser. */
export const host = 'browser';

export function gpu(): GPU | undefined {
  return globalThis.navigator?.gpu;
}

/** What to try when no adapter is found. */
export const noAdapterHint =
  'Use a browser with WebGPU (Chrome or Edge 113+, Safari 26+, Firefox 141+) and check that hardware acceleration is on.';
