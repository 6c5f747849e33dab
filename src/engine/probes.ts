/** Whether an adapter does what kernels rest on beyond what it says of itself: tried once on a device, before they are used. */
import { FwplusError } from '../errors.js';
import { describeAdapter, type MatrixTile, offersMatrices } from './adapter.js';
import type { Device } from './device.js';
import type { KernelName } from './launch.js';
import { submitOneWorkgroup } from './one-workgroup.js';
import type { Constants } from './preprocess.js';

/** Whether a workgroup of `lanes` threads is one subgroup of `lanes` lanes; see shaders/subgroup_probe.wgsl. */
export async function subgroupsAreWhole(device: Device, lanes: number): Promise<boolean> {
  try {
    return await isRight(device, 'subgroup_probe', { LANES: lanes }, lanes);
  } catch (error) {
    if (error instanceof FwplusError) return false; // such as a kernel that does not build
    throw error;
  }
}

/**
 * `matrix`, where a workgroup of four subgroups multiplies such matrices; see shaders/matrix_probe.wgsl.
 * @throws FwplusError where the adapter has none, where products are wrong, and where that cannot be tried.
 */
export async function triedMatrices(device: Device, matrix: MatrixTile | undefined): Promise<MatrixTile> {
  const { subgroupSize } = device.facts;
  if (!matrix || !offersMatrices({ subgroupSize, matrix })) throw refusal(device, 'does not offer to WebGPU');
  const constants = { LANES: subgroupSize, ...matrix };
  const isProduct = await isRight(device, 'matrix_probe', constants, 4 * subgroupSize).catch((error) => {
    if (!(error instanceof FwplusError)) throw error;
    throw refusal(device, `has, but could not be tried: ${error.message}`);
  });
  if (!isProduct) throw refusal(device, 'has, but with wrong products');
  return matrix;
}

function refusal(device: Device, why: string): FwplusError {
  return new FwplusError(`Matrix units are wanted, which ${describeAdapter(device.facts)} ${why}.`, {
    hint: 'Leave --matrix-units out. They need chromium-experimental-subgroup-matrix, shader-f16, the language feature subgroup_id and subgroups of one size, at most 64 lanes; Chrome offers them with --enable-unsafe-webgpu.',
  });
}

/** Whether all of `count` threads of a probe say 1. */
async function isRight(
  device: Device,
  kernel: KernelName,
  constants: Constants,
  count: number,
): Promise<boolean> {
  const found = device.createBuffer(kernel, 4 * count);
  try {
    await device.pipeline(kernel, constants); // makes the bind group's layout
    const bindGroup = device.bindGroup(kernel, [{ binding: 0, resource: { buffer: found.gpu } }]);
    await submitOneWorkgroup(device, kernel, constants, bindGroup, `${kernel} was running`);
    return new Uint32Array(await device.read(found)).every((right) => right === 1);
  } finally {
    device.destroyMemory(found);
  }
}
