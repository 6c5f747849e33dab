/** WebGPU in Node: npm `webgpu` (Dawn). The only file that names the package; browsers get device.browser.ts. */
import { create } from 'webgpu';

/**
 * One instance for the life of the process. Collected while a device lives, it takes the process down with it
 * (webgpu 0.6.2), so everything that holds a device holds this too.
 */
let instance: GPU | undefined;

export const host = 'node';

export function gpu(): GPU {
  // Timestamps are otherwise rounded to 65,536 ns.
  instance ??= create(['disable-dawn-features=timestamp_quantization']);
  return instance;
}

/** What to try when no adapter is found. */
export const noAdapterHint =
  'Install a Vulkan driver. Without a GPU: Mesa 23 or newer (`apt-get install libvulkan1 mesa-vulkan-drivers`; on ' +
  'Debian 12 from bookworm-backports). `npm start` and `npm test` do this by themselves when they run as root.';
