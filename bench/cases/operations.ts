/** The kernels between the convolutions, which memory bounds, at shapes of the same networks. */
import { Graph, type Operation } from '../../src/autograd/graph.js';
import { type KernelCase, lowered, type Pass } from '../../src/autograd/measure/kernel-case.js';
import { LEAKY_RELU } from '../../src/autograd/ops/activation.js';
import { channelAffine } from '../../src/autograd/ops/channel-affine.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { demodulation } from '../../src/autograd/ops/demodulation.js';
import { add } from '../../src/autograd/ops/elementwise.js';
import { featureDistance } from '../../src/autograd/ops/feature-distance.js';
import { instanceNorm } from '../../src/autograd/ops/instance-norm.js';
import { noiseActivation } from '../../src/autograd/ops/noise-activation.js';
import { unitNormalise } from '../../src/autograd/ops/normalise.js';
import { averagePool, maxPool } from '../../src/autograd/ops/pooling.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { bicubic, upsample2 } from '../../src/autograd/ops/resample.js';
import { smooth } from '../../src/autograd/ops/smooth.js';
import { styles } from '../../src/autograd/ops/styles.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import { leastTraffic } from '../../src/engine/measure/traffic.js';
import { NO_CHOICES } from '../../src/engine/tuning/choices.js';

interface Kind {
  readonly kernel: string;
  readonly shapes: readonly string[];
  readonly passes: readonly Pass[];
  /** From x [1, side, side, channels]; what is measured backward is the last operation. */
  readonly trace: (x: Tensor) => Tensor;
  /** Of the backward pass, where it is more than one operation, the one that is measured. */
  readonly gradient?: string;
}

const BOTH: readonly Pass[] = ['forward', 'data-gradient'];

/** Random, of the shape of x or another one. */
const another = (x: Tensor, shape = x.shape) => x.graph.variable('other', shape);
const channelsOf = (x: Tensor) => x.shape.at(-1)!;

const KINDS: readonly Kind[] = [
  {
    kernel: 'modulation-gradient',
    shapes: ['512@16', '512@64', '128@256', '32@1024'],
    passes: ['data-gradient'],
    trace: (x) => modulated(x),
    gradient: 'input scale',
  },
  {
    kernel: 'epilogue-gradient',
    shapes: ['512@16', '512@64', '128@256', '32@1024'],
    passes: ['data-gradient'],
    trace: (x) => modulated(x),
    gradient: 'epilogue',
  },
  { kernel: 'upsample', shapes: ['3@128', '3@512'], passes: BOTH, trace: upsample2 },
  { kernel: 'add', shapes: ['3@1024', '64@256'], passes: ['forward'], trace: (x) => add(x, another(x)) },
  { kernel: 'bicubic-256', shapes: ['3@512', '3@1024'], passes: BOTH, trace: (x) => bicubic(x, 256, 256) },
  {
    kernel: 'squared-error',
    shapes: ['3@256', '3@1024'],
    passes: BOTH,
    trace: (x) => meanSquaredError(x, another(x)),
  },
  { kernel: 'max-pool', shapes: ['64@256', '256@64'], passes: BOTH, trace: (x) => maxPool(x, 2, 2) },
  {
    kernel: 'average-pool',
    shapes: ['128@128', '512@32'],
    passes: ['forward'],
    trace: (x) => averagePool(x, 2),
  },
  {
    kernel: 'channel-affine',
    shapes: ['3@256'],
    passes: BOTH,
    trace: (x) => channelAffine(x, x.graph.filled([channelsOf(x)], 2), x.graph.filled([channelsOf(x)], 1)),
  },
  { kernel: 'unit-normalise', shapes: ['64@256', '512@16'], passes: BOTH, trace: (x) => unitNormalise(x) },
  {
    kernel: 'feature-distance',
    shapes: ['64@256', '512@16'],
    passes: BOTH,
    trace: (x) => featureDistance(x, another(x), x.graph.filled([channelsOf(x)], 1)),
  },
  { kernel: 'instance-norm', shapes: ['512@16', '64@256'], passes: BOTH, trace: normalised },
  { kernel: 'noise-activation', shapes: ['512@16', '64@256'], passes: BOTH, trace: noisy },
  { kernel: 'smooth', shapes: ['512@16', '64@256'], passes: BOTH, trace: (x) => smooth(x) },
  {
    kernel: 'demodulation',
    shapes: ['512@1'],
    passes: BOTH,
    trace: (x) => demodulation(another(x, [1, channelsOf(x)]), weights(x, 3), 1e-8),
  },
  {
    kernel: 'styles',
    shapes: ['512@1'],
    passes: ['forward'],
    trace: (x) => styles(another(x, [1, 18, 512]), STYLE_LAYERS)[0]!,
  },
];

/** Eighteen layers of 512 channels, one a row. */
const STYLE_LAYERS = Array.from({ length: 18 }, (_, row) => ({
  row,
  weight: new Float32Array(512 * 512).fill(0.01),
  bias: new Float32Array(512),
}));

export function operationCases(): KernelCase[] {
  return KINDS.flatMap((kind) =>
    kind.shapes.flatMap((shape) => kind.passes.map((pass) => operationCase(kind, shape, pass))),
  );
}

function operationCase(kind: Kind, shape: string, pass: Pass): KernelCase {
  const { kernel } = kind;
  const launches: KernelCase['launches'] = (on) => lowered(operationsOf(kind, shape, pass), on);
  const operations = operationsOf(kind, shape, pass);
  // What an operation changes in place it reads, too; its launches do not tell.
  const changed = operations.reduce((sum, { overwrites }) => sum + 4 * (overwrites?.size ?? 0), 0);
  // What launches must move does not depend on the plan, so any adapter's do.
  return {
    kernel,
    pass,
    shape,
    flops: 0,
    bytes: changed + leastTraffic(lowered(operations, NO_ADAPTER)),
    launches,
  };
}

function operationsOf({ trace, gradient }: Kind, shape: string, pass: Pass): Operation[] {
  const [channels, side] = shape.split('@').map(Number) as [number, number];
  const graph = new Graph();
  const y = trace(graph.variable('x', [1, side, side, channels]));
  if (pass === 'forward') return graph.operations;
  const traced = graph.operations.length;
  const forward = graph.operations.at(-1)!;
  const dy = graph.variable('dy', y.shape);
  forward.backward!(
    forward.outputs.map(() => dy),
    forward.inputs.map((_, at) => gradient !== undefined || at === 0),
  );
  const backward = graph.operations.slice(traced);
  return gradient ? backward.filter(({ name }) => name === gradient) : backward;
}

const NO_ADAPTER = {
  facts: {
    name: '',
    vendor: '',
    architecture: '',
    description: '',
    software: false,
    features: new Set<string>(),
    subgroupSize: 0,
  },
  throughput: { flops: Infinity, bytes: Infinity },
  tuning: { choices: NO_CHOICES },
};

function weights(x: Tensor, kernelSize: number): Tensor {
  const channels = channelsOf(x);
  const data = new Float32Array(channels ** 2 * kernelSize ** 2).fill(0.01);
  return x.graph.constant('weight', [channels, channels, kernelSize, kernelSize], data);
}

function modulated(x: Tensor): Tensor {
  const scales = [1, channelsOf(x)];
  return convolution(x, weights(x, 1), {
    scaleIn: another(x, scales),
    scaleOut: another(x, scales),
    activation: LEAKY_RELU,
  });
}

function normalised(x: Tensor): Tensor {
  const ofChannels = [1, channelsOf(x)];
  return instanceNorm(x, another(x, ofChannels), another(x, ofChannels));
}

function noisy(x: Tensor): Tensor {
  const channels = channelsOf(x);
  return noiseActivation(x, {
    map: x.graph.filled(x.shape.slice(1, 3), 0.5),
    strength: x.graph.filled([channels], 0.1),
    bias: x.graph.filled([channels], 0.1),
    activation: LEAKY_RELU,
  });
}
