/** WebGPU in Node: npm `webgpu` (Dawn). The only file that names the package; browsers get device.browser.ts. */
import { availableParallelism } from 'node:os';
import { pollGently } from './polling.node.js';

/** An adapter with the instance it came from. */
export interface Found {
  /** Keep it for as long as the adapter or its device lives: collected, it takes the process down (webgpu 0.6.2). */
  readonly instance: GPU;
  readonly adapter: GPUAdapter;
}

/** Timestamps are otherwise rounded to 65,536 ns. */
const FLAGS = ['disable-dawn-features=timestamp_quantization'];

/** For matrix units. NVIDIA's halves are off in Dawn until all of its tests of them pass there. */
const EXPERIMENTS = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia'];

/** What to try when no adapter is found. */
export const noAdapterHint =
  'Install a Vulkan driver. Without a GPU: Mesa 23 or newer (`apt-get install libvulkan1 mesa-vulkan-drivers`; on ' +
  'Debian 12 from bookworm-backports). `npm start` and `npm test` do this by themselves when they run as root.';

/** More would wait for one another, and each takes its memory. */
const MOST_COMPILERS = 4;

/** How many devices compile kernels at once. */
export function kernelCompilers(): number {
  return Math.min(MOST_COMPILERS, availableParallelism());
}

/** The system's choice, or the adapter whose name holds `name`. On a miss, the names there are. */
export async function findAdapter(
  options: GPURequestAdapterOptions,
  name?: string,
  experiments = false,
): Promise<Found | { readonly names: readonly string[] }> {
  const flags = experiments ? EXPERIMENTS : [];
  if (name === undefined) return request(flags, options);
  const exact = await request([...flags, `adapter=${name}`], options);
  if ('adapter' in exact) return exact;
  // Dawn compares with case; people do not.
  const match = exact.names.find((found) => found.toLowerCase().includes(name.toLowerCase()));
  return match === undefined ? exact : request([...flags, `adapter=${match}`], options);
}

async function request(
  flags: readonly string[],
  options: GPURequestAdapterOptions,
): Promise<Found | { readonly names: readonly string[] }> {
  const { create } = await import('webgpu'); // native code, of no use to whoever opens no device
  pollGently();
  const instance = create([...FLAGS, ...flags]);
  try {
    const adapter = await instance.requestAdapter(options);
    return adapter ? { instance, adapter } : { names: [] };
  } catch (error) {
    const listed = String((error as Error).message).matchAll(/name: '([^']*)'/g);
    return { names: [...listed].map((match) => match[1]!) };
  }
}
