// @ts-check
/** Prints the adapter that WebGPU finds, as JSON, or null. A process of its own: drivers can crash or hang. */
import { create } from 'webgpu';

const gpu = create([]);
const adapter = await gpu.requestAdapter();
const info = adapter?.info;
const usable = info && !/null/i.test(info.device || info.description);
process.stdout.write(
  JSON.stringify(usable ? { name: info.description || info.device || info.vendor } : null),
);
// A collected instance takes the process down, so it is still named at the end.
process.exit(gpu ? 0 : 1);
