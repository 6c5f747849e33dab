/**
 * Kernels compiled on all processors. llvmpipe compiles a kernel when it first runs, one after another, and keeps what it made in a
 * cache on disk: what a second device has compiled, the first one finds there.
 */
import { kernelCompilers } from '#device';
import { type AdapterFacts, compilesAtFirstRun, LLVMPIPE } from './adapter.js';
import { type Device, type DeviceBuffer, type DeviceTexture, openDevice } from './device.js';
import { type Disposal, withDisposal } from './disposal.js';
import { type KernelName, kernelInfo, type Launch } from './launch.js';
import { submitOneWorkgroup } from './one-workgroup.js';
import { pipelineKey } from './pipelines.js';
import { TEXEL_BYTES } from './textures.js';

export type Compiled = Pick<Launch<unknown>, 'kernel' | 'constants'>;

/** What takes longer in its first run was not in the driver's cache. */
const NEW_MS = 30;
/** For so few new kernels no devices are opened. */
const FEW = 8;
/** Of each operand. Kernels whose parameters are all zero touch little of it; what lies beyond is out of bounds, which WebGPU allows. */
const OPERAND_BYTES = 4096;

export interface CompileOptions {
  /** How many devices compile at once, `device` among them. */
  readonly compilers?: number;
  /** Opens one more on the same adapter. */
  readonly open?: (facts: AdapterFacts) => Promise<Device>;
  readonly newMilliseconds?: number;
  readonly few?: number;
}

/** By pipelineKey. */
const seenOn = new WeakMap<Device, Set<string>>();

/**
 * Compiles what is new on `device` and its driver, where that is done at the first run; elsewhere does nothing.
 * Throws where `device` fails or a kernel does not build on it, before the others are compiled. What happens to further devices does not matter:
 * it then compiles what they have left.
 */
export async function compileTogether(
  device: Device,
  kernels: readonly Compiled[],
  {
    compilers = kernelCompilers(),
    open = openAlike,
    newMilliseconds = NEW_MS,
    few = FEW,
  }: CompileOptions = {},
): Promise<void> {
  if (compilers < 2 || !compilesAtFirstRun(device.facts)) return;
  const waiting = notSeen(device, kernels);
  if (waiting.length > few) await device.idle(); // first runs are timed alone
  let isBuilt = false;
  while (waiting.length > few) {
    const next = waiting.shift()!;
    const milliseconds = await firstRun(device, next);
    if (milliseconds < newMilliseconds) {
      // Then most are not new, and their pipelines are built at once.
      if (!isBuilt) await Promise.all(waiting.map((each) => device.pipeline(each.kernel, each.constants)));
      isBuilt = true;
      continue;
    }
    const known = { ...next, milliseconds };
    const helpers = Array.from({ length: compilers - 1 }, () =>
      help(() => open(device.facts), known, waiting),
    );
    const own = [buildInTurn(device, [...waiting]), compileAll(device, waiting)];
    try {
      await Promise.all(own);
    } finally {
      waiting.length = 0;
      await Promise.allSettled([...own, ...helpers]);
    }
  }
}

function openAlike({ subgroupSize }: AdapterFacts): Promise<Device> {
  return openDevice({ adapter: LLVMPIPE, subgroups: subgroupSize > 0 });
}

/** Each of them once, without those that `device` has met before. */
function notSeen(device: Device, kernels: readonly Compiled[]): Compiled[] {
  const seen = seenOn.get(device) ?? new Set();
  seenOn.set(device, seen);
  const found: Compiled[] = [];
  for (const { kernel, constants } of kernels) {
    const key = pipelineKey(kernel, constants);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ kernel, constants });
  }
  return found;
}

/** Builds the pipelines of what further devices compile, too, while the kernels before are being compiled. */
async function buildInTurn(device: Device, kernels: readonly Compiled[]): Promise<void> {
  for (const { kernel, constants } of kernels) await device.pipeline(kernel, constants);
}

/** Compiles on one more device, unless what was compiled already takes as long there: then the driver keeps nothing. */
async function help(
  open: () => Promise<Device>,
  known: Compiled & { readonly milliseconds: number },
  waiting: Compiled[],
): Promise<void> {
  await withDisposal(async (held) => {
    const helper = held.use(await open());
    if ((await firstRun(helper, known)) < known.milliseconds / 2) await compileAll(helper, waiting);
  }).catch(() => undefined);
}

/** Takes from `waiting` until none is left. */
async function compileAll(device: Device, waiting: Compiled[]): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) await firstRun(device, next);
}

/** Runs one workgroup of a kernel on parameters that are all zero, and says how many milliseconds that took. */
async function firstRun(device: Device, { kernel, constants }: Compiled): Promise<number> {
  await device.pipeline(kernel, constants); // building it is not its first run
  return withDisposal(async (held) => {
    const bindGroup = await device.checked(() => bindNothing(device, kernel, held));
    const began = performance.now();
    await submitOneWorkgroup(device, kernel, constants, bindGroup, `kernel '${kernel}' was being compiled`);
    await device.idle();
    return performance.now() - began;
  });
}

function bindNothing(device: Device, kernel: KernelName, held: Disposal): GPUBindGroup {
  const own = <T extends DeviceBuffer | DeviceTexture>(memory: T): T => {
    held.defer(() => device.destroyMemory(memory));
    return memory;
  };
  const { bindings, params } = kernelInfo(kernel);
  const entries = bindings.map(({ name, binding, form }): GPUBindGroupEntry => {
    if (form === 'texture') return { binding, resource: own(device.createTexture(name, TEXEL_BYTES)).view };
    return { binding, resource: { buffer: own(device.createBuffer(name, OPERAND_BYTES)).gpu } };
  });
  if (params) {
    const uniforms = own(device.createUniforms(kernel, new Uint8Array(params.size)));
    entries.push({ binding: params.binding, resource: { buffer: uniforms.gpu } });
  }
  return device.bindGroup(kernel, entries, 'its first run');
}
