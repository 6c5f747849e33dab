/** Convolutions to measure, by name and shape as people write them, and the launches that the product runs for them. */
import type { Launch } from '../../engine/launch.js';
import { randomValues } from '../../engine/measure/random-values.js';
import type { Storage } from '../../engine/storage.js';
import { FwplusError } from '../../errors.js';
import { Graph } from '../graph.js';
import { LEAKY_RELU } from '../ops/activation.js';
import { plainEpilogue } from '../ops/channel-gradients.js';
import { convolution } from '../ops/convolution.js';
import { upConvolution } from '../ops/up-convolution.js';
import type { Tensor } from '../tensor.js';
import { type KernelCase, lowered, type Pass, type PlanningFor } from './kernel-case.js';

/**
 * Padded by half the kernel, or by what makes a transposed one enlarge by its stride; `up` is StyleGAN2's: transposed with
 * stride 2, then the FIR. Sides are those of the input.
 */
export interface ConvolutionSpec {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly into: number;
  readonly out: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly transposed: boolean;
  readonly up: boolean;
  readonly pass: Pass;
}

export interface ConvolutionCase extends KernelCase {
  /** For other engines, which measure the same. */
  readonly convolution: ConvolutionSpec;
}

const NAME = /^conv(t?)(\d+)x(\d+)(?:s(\d+))?$/;
const SHAPE = /^(\d+)x(\d+)@(\d+)(?:x(\d+))?$/;

/**
 * @param kernel `conv3x3`, `conv1x1`, any odd side; `conv3x3s2` with a stride; `convt4x4s2`, transposed; `upconv3x3`.
 * @param shape channels in and out, and the input's side or height and width: `512x512@32`, `3x64@19x23`.
 * @throws FwplusError where either is none.
 */
export function convolutionCase(kernel: string, shape: string, pass: Pass): ConvolutionCase {
  const spec = { ...kernelOf(kernel), ...sidesOf(shape), batch: 1, pass };
  const size = (side: number) =>
    spec.up || spec.transposed
      ? spec.stride * side
      : Math.floor((side + 2 * spec.padding - spec.kernelSize) / spec.stride) + 1;
  const [outHeight, outWidth] = [size(spec.height), size(spec.width)];
  const taps = spec.kernelSize ** 2 * spec.into * spec.out;
  const small = spec.height * spec.width;
  const large = outHeight * outWidth;
  return {
    kernel,
    pass,
    shape,
    // A transposed convolution multiplies every input with every tap; of an up-convolution the FIR does not count.
    flops: 2 * taps * (spec.up || spec.transposed ? small : large),
    bytes: 4 * (spec.into * small + taps + spec.out * large),
    launches: (on) => launchesOf(spec, on),
    convolution: spec,
  };
}

function kernelOf(kernel: string) {
  if (kernel === 'upconv3x3') return { kernelSize: 3, stride: 2, padding: 0, transposed: false, up: true };
  const [, turned, side, again, step = '1'] = NAME.exec(kernel) ?? [];
  const [kernelSize, stride] = [Number(side), Number(step)];
  const transposed = turned === 't';
  const over = transposed ? kernelSize - stride : kernelSize - 1;
  if (side !== again || !(kernelSize <= 15) || stride < 1 || over < 0 || over % 2 !== 0) {
    throw new FwplusError(`There is no kernel '${kernel}'.`, {
      hint: 'Kernels are conv3x3, conv1x1 (odd sides to 15), conv3x3s2 (a stride), convt4x4s2 (transposed), upconv3x3.',
    });
  }
  return { kernelSize, stride, padding: over / 2, transposed, up: false };
}

function sidesOf(shape: string) {
  const [, into, out, height, width = height] = SHAPE.exec(shape) ?? [];
  const sides = [into, out, height, width].map(Number) as [number, number, number, number];
  if (!sides.every((side) => side >= 1 && side <= 65536)) {
    throw new FwplusError(`'${shape}' is not a shape.`, {
      hint: 'Channels in x channels out @ side of the input: 512x512@32, or @height x width: 3x64@19x23.',
    });
  }
  return { into: sides[0], out: sides[1], height: sides[2], width: sides[3] };
}

function launchesOf(spec: ConvolutionSpec, on: PlanningFor): Launch<Storage>[] {
  const graph = new Graph();
  const { batch, height, width, into, out, kernelSize, pass } = spec;
  const x = graph.variable('x', [batch, height, width, into]);
  const weights = randomValues(out * into * kernelSize ** 2);
  const weight = graph.constant('weight', [out, into, kernelSize, kernelSize], weights);
  const y = traced(spec, x, weight);
  const forward = graph.operations.slice();
  if (pass === 'forward') return lowered(forward, on);
  // The convolution alone: what goes through the epilogue is measured by itself.
  forward.at(-1)!.backward!([graph.variable('dy', y.shape)], [true, false, false]);
  return lowered(
    graph.operations.filter(({ name }) => name.endsWith('data gradient')),
    on,
  );
}

function traced(
  { up, stride, padding, batch, into, out }: ConvolutionSpec,
  x: Tensor,
  weight: Tensor,
): Tensor {
  if (!up) return convolution(x, weight, { stride, padding });
  const { graph } = x;
  return upConvolution(x, weight, graph.filled([batch, into], 1), {
    ...plainEpilogue(graph, batch, out),
    activation: LEAKY_RELU,
  });
}
