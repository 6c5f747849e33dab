/** WebGPU in a browser. */

/** An adapter with the instance it came from. */
export interface Found {
  readonly instance: GPU;
  readonly adapter: GPUAdapter;
}

/** What to try when no adapter is found. */
export const noAdapterHint =
  'Use a browser with WebGPU (Chrome or Edge 127+, Safari 26+, Firefox 141+) on a page from https or localhost, and check that hardware acceleration is on.';

/** How many devices compile kernels at once. */
export function kernelCompilers(): number {
  return 1;
}

/** The browser's choice; a page cannot choose by name, but the name must match where one is given. */
export async function findAdapter(
  options: GPURequestAdapterOptions,
  name?: string,
): Promise<Found | { readonly names: readonly string[] }> {
  const instance = globalThis.navigator?.gpu;
  const adapter = await instance?.requestAdapter(options);
  if (!instance || !adapter?.info) return { names: [] }; // the first browsers with WebGPU told nothing of it
  const shown = [adapter.info.device, adapter.info.description, adapter.info.vendor]
    .filter(Boolean)
    .join(', ');
  const matches = name === undefined || shown.toLowerCase().includes(name.toLowerCase());
  return matches ? { instance, adapter } : { names: [shown] };
}
