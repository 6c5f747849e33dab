/** Convolution and batch norm in inference as one pass over memory: the norm is folded into the convolution's epilogue. */
import { repeated } from '../autograd/arrays.js';
import type { Activation } from '../autograd/ops/activation.js';
import { channelAffine } from '../autograd/ops/channel-affine.js';
import { convolution } from '../autograd/ops/convolution.js';
import type { Tensor } from '../autograd/tensor.js';
import type { StateDict } from './state.js';

const EPSILON = 1e-5;
const PARTS = ['weight', 'bias', 'running_mean', 'running_var'];

/** What batch norm does to each channel: scale · x + shift. */
export interface ChannelMap {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export interface NormalisedOptions {
  /** Key of the convolution's weight [O, I, K, K]. */
  readonly weight: string;
  /** Key of its bias [O], if it has one. */
  readonly bias?: string;
  /** Key of the batch norm, without `.weight` and so on. */
  readonly norm: string;
  readonly stride?: number;
  readonly padding?: number;
  readonly activation: Activation;
}

/** Throws a FwplusError where a part of a batch norm over `channels` is missing or misshapen. */
export function checkBatchNorm(state: StateDict, key: string, channels: number): void {
  for (const part of PARTS) state.get(`${key}.${part}`, [channels]);
}

/** γ/σ · (x + before − μ) + β with σ² = running variance + 1e-5; `before` is the bias of the layer below, if it has one. */
export function foldBatchNorm(state: StateDict, key: string, before?: Float32Array): ChannelMap {
  const [gamma, beta, mean, variance] = PARTS.map((part) => state.get(`${key}.${part}`).data);
  const scale = gamma!.map((value, c) => value / Math.sqrt(variance![c]! + EPSILON));
  const shift = beta!.map((value, c) => ((before?.[c] ?? 0) - mean![c]!) * scale[c]! + value);
  return { scale, shift };
}

/** Batch norm on its own, x […, C]: where a convolution pads with zeros after it. Gradient flows to x. */
export function batchNorm(x: Tensor, state: StateDict, key: string): Tensor {
  const { scale, shift } = foldBatchNorm(state, key);
  const constant = (name: string, data: Float32Array) => x.graph.constant(name, [data.length], data);
  return channelAffine(x, constant('scale', scale), constant('shift', shift));
}

/** act(norm(conv(x) + bias)), x [N, H, W, I] to [N, OH, OW, O]. Gradient flows to x. */
export function normalisedConvolution(x: Tensor, state: StateDict, options: NormalisedOptions): Tensor {
  const { stride = 1, padding = 0, activation } = options;
  const bias = options.bias === undefined ? undefined : state.get(options.bias).data;
  const map = foldBatchNorm(state, options.norm, bias);
  return mappedConvolution(x, state.constant(x.graph, options.weight), map, { stride, padding, activation });
}

/** act(scale · conv(x) + shift). */
export function mappedConvolution(
  x: Tensor,
  weight: Tensor,
  { scale, shift }: ChannelMap,
  options: { readonly stride?: number; readonly padding?: number; readonly activation: Activation },
): Tensor {
  const { graph } = x;
  const batch = x.shape[0]!;
  return convolution(x, weight, {
    ...options,
    scaleOut: graph.constant('scale', [batch, scale.length], repeated(scale, batch)),
    bias: graph.constant('shift', [shift.length], shift),
  });
}
