/** `fwplus doctor`: which adapter, which driver, what it can do, what is missing. */
import { compile } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import { scale } from '../autograd/ops/elementwise.js';
import { describeAdapter, factsOf, requestAdapter } from '../engine/adapter.js';
import { type Device, openDevice } from '../engine/device.js';
import { FwplusError } from '../errors.js';
import type { Options } from './options.js';

/** Features that some kernel or tool uses where they are there. */
const USES: Readonly<Record<string, string>> = {
  subgroups: 'faster convolutions',
  'shader-f16': 'half-precision storage',
  'timestamp-query': 'kernel times in profiles and benchmarks',
};

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

export async function doctor(options: Options): Promise<number> {
  const { adapter } = await requestAdapter(options.adapter);
  const facts = factsOf(adapter);
  const lines = [
    `Node             ${process.version}, ${process.platform} ${process.arch}`,
    `Adapter          ${describeAdapter(facts)}`,
    `Vendor           ${[facts.vendor, facts.architecture].filter(Boolean).join(', ')}`,
  ];
  for (const [feature, use] of Object.entries(USES)) {
    const found = facts.features.has(feature);
    const size = feature === 'subgroups' && found ? ` of ${facts.subgroupSize || 'varying'} lanes` : '';
    lines.push(`${feature.padEnd(16)} ${found ? `yes${size}` : 'no'}: ${use}`);
  }
  for (const limit of LIMITS) lines.push(`${limit.padEnd(34)} ${adapter.limits[limit]}`);
  const device = await openDevice(options.adapter === undefined ? {} : { adapter: options.adapter });
  try {
    await selfTest(device);
  } finally {
    device.destroy();
  }
  lines.push('Self-test        a kernel ran and gave the right numbers');
  if (facts.software) {
    lines.push('', 'This adapter is software: right, but slow. It is for trying out and for tests.');
    lines.push(
      'With a GPU, install its Vulkan driver (NVIDIA: the proprietary one; AMD, Intel: mesa-vulkan-drivers).',
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
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
