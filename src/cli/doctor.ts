/** `fwplus doctor`: which adapter, which driver, what it can do, what is missing and how to get it. */
import { compile } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import { scale } from '../autograd/ops/elementwise.js';
import { describeAdapter, factsOf, requestAdapter } from '../engine/adapter.js';
import type { Device } from '../engine/device.js';
import { FwplusError } from '../errors.js';
import { loadModelFolder } from '../model-folder.node.js';
import type { Options } from './options.js';
import { openChosenDevice } from './session.js';
import { chromiumAdvice, driverAdvice, findChromium, type System, thisSystem } from './system.js';
import { UsageError } from './usage-error.js';

/** Features that some kernel or tool uses where they are there. */
const USES: Readonly<Record<string, string>> = {
  subgroups: 'faster convolutions',
  'timestamp-query': 'kernel times in profiles and benchmarks',
};

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** Prints what it finds as it finds it. Returns 1 where something is missing that an inversion needs. */
export async function doctor(options: Options): Promise<number> {
  if (options.images.length > 0) throw new UsageError('doctor takes no pictures.', { hint: 'fwplus doctor' });
  const system = thisSystem();
  say('Node', `${process.version}, ${process.arch}`);
  say('System', system.name);
  const chromium = findChromium();
  say('Chromium', chromium ?? `none; only the browser half of the tests needs it: ${chromiumAdvice(system)}`);
  const isModelGood = await checkModel(options.model);
  await checkAdapter(options, system);
  return isModelGood ? 0 : 1;
}

async function checkModel(folder: string | undefined): Promise<boolean> {
  try {
    const { id, generator } = await loadModelFolder(folder);
    say(
      'Model',
      `${id}, ${generator.resolution}×${generator.resolution}: complete, sha256 as in its manifest`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof FwplusError)) throw error;
    say('Model', `missing or damaged. ${error.message}\n${error.hint ?? ''}`);
    return false;
  }
}

/** Throws, with how to get one on this system, where there is no adapter or none that computes; and where it has not what is asked for. */
async function checkAdapter(options: Options, system: System): Promise<void> {
  const { adapter: wanted, matrixUnits } = options;
  const found = await requestAdapter(wanted, matrixUnits).catch((error: unknown) => {
    // A name that matches nothing is another matter.
    if (!(error instanceof FwplusError) || (wanted && !/software|hardware/.test(wanted))) throw error;
    throw new FwplusError(error.message, {
      cause: error,
      hint: `To install a Vulkan driver:\n${driverAdvice(system)}`,
    });
  });
  const { adapter } = found;
  const facts = factsOf(found);
  say('Adapter', describeAdapter({ ...facts, description: '' }));
  say('Driver', facts.description || 'says nothing of itself');
  say('Vendor', [facts.vendor, facts.architecture].filter(Boolean).join(', ') || 'unknown');
  for (const [feature, use] of Object.entries(USES)) {
    const found = facts.features.has(feature);
    const size = feature === 'subgroups' && found ? ` of ${facts.subgroupSize || 'varying'} lanes` : '';
    say(feature, `${found ? `yes${size}` : 'no'}: ${use}`);
  }
  for (const limit of LIMITS) process.stdout.write(`${limit.padEnd(34)} ${adapter.limits[limit]}\n`);
  const device = await openChosenDevice(wanted, options);
  try {
    const { matrix } = device.facts;
    if (matrix)
      say('Matrix units', `${matrix.M}×${matrix.N}×${matrix.K}, tried: convolutions with fp16 operands`);
    const { note, remembered, shipped } = device.tuning;
    say(
      'Tuning',
      `fastest plans known for ${remembered} shapes from fwplus tune, ${shipped} more as shipped`,
    );
    if (note !== undefined) say('', note);
    await selfTest(device);
  } finally {
    device.destroy();
  }
  say('Self-test', 'a kernel ran and gave the right numbers');
  if (!facts.software) return;
  process.stdout.write(
    '\nThis adapter is software: right, but slow. It is for trying out and for tests.\n' +
      `For a GPU, install its driver; NVIDIA's own, and for AMD and Intel:\n${driverAdvice(system)}\n`,
  );
}

/** One finding; further lines stand below the first. */
function say(what: string, found: string): void {
  process.stdout.write(`${what.padEnd(16)} ${found.trimEnd().replaceAll('\n', `\n${' '.repeat(17)}`)}\n`);
}

/** Throws where the adapter accepts work and computes nothing, or computes it wrong. */
async function selfTest(device: Device): Promise<void> {
  const graph = new Graph();
  const a = graph.variable('a', [3]);
  const y = scale(a, 2);
  const executable = await compile(device, graph, { name: 'self-test', outputs: [y], variables: [a] });
  executable.write(a, Float32Array.of(1, 2, 3));
  executable.run();
  const found = await executable.read(y);
  executable.destroy();
  if (found.join() !== '2,4,6') {
    throw new FwplusError(
      `The self-test failed on ${describeAdapter(device.facts)}: found ${found.join(', ')}, wanted 2, 4, 6.`,
      {
        hint: 'The driver is broken or computes nothing. Update it, or choose another adapter with --adapter.',
      },
    );
  }
}
