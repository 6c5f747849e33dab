/** One workgroup of a kernel, submitted by itself. */
import type { Device } from './device.js';
import type { KernelName } from './launch.js';
import type { Constants } from './preprocess.js';

/** @param running what is in flight, for errors. */
export async function submitOneWorkgroup(
  device: Device,
  kernel: KernelName,
  constants: Constants,
  bindGroup: GPUBindGroup,
  running: string,
): Promise<void> {
  const pipeline = await device.pipeline(kernel, constants);
  device.submit(running, (encoder) => {
    const pass = encoder.beginComputePass({ label: kernel });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
  });
}
