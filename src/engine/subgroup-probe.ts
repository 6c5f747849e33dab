/** Whether subgroups are what the kernels that use them rest on; see shaders/subgroup_probe.wgsl. */
import { FwplusError } from '../errors.js';
import type { Device } from './device.js';

/** True where a workgroup of `lanes` threads is one subgroup of `lanes` lanes. A kernel that does not build is a no. */
export async function subgroupsAreWhole(device: Device, lanes: number): Promise<boolean> {
  const kernel = 'subgroup_probe';
  const found = device.createBuffer('subgroup probe', 4 * lanes);
  try {
    const pipeline = await device.pipeline(kernel, { LANES: lanes });
    const entry = { binding: 0, resource: { buffer: found.gpu } };
    const bindGroup = device.bindGroup(kernel, [entry]);
    device.submit('the subgroup probe was running', (encoder) => {
      const pass = encoder.beginComputePass({ label: kernel });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(1);
      pass.end();
    });
    return new Uint32Array(await device.read(found)).every((right) => right === 1);
  } catch (error) {
    if (error instanceof FwplusError) return false;
    throw error;
  } finally {
    device.destroyMemory(found);
  }
}
