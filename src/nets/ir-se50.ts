/**
 * IR-SE-50 (Deng et al. 2019, with squeeze and excitation by Hu et al. 2018): the backbone of pSp's and e4e's encoders.
 * Twenty-four residual blocks in four stages that each halve the side. Keys are those of the published encoders; any width.
 */
import { LINEAR, RELU } from '../autograd/ops/activation.js';
import { channelScale } from '../autograd/ops/channel-scale.js';
import { convolution } from '../autograd/ops/convolution.js';
import { add } from '../autograd/ops/elementwise.js';
import { globalAverage } from '../autograd/ops/global-average.js';
import { maxPool } from '../autograd/ops/pooling.js';
import { prelu } from '../autograd/ops/prelu.js';
import { sigmoid } from '../autograd/ops/sigmoid.js';
import type { Tensor } from '../autograd/tensor.js';
import { batchNorm, checkBatchNorm, normalisedConvolution } from './normalised-convolution.js';
import type { StateDict } from './state.js';

/** Blocks of each stage; the first of a stage has stride 2. */
const STAGES = [3, 4, 14, 3];
const BLOCKS = STAGES.flatMap((count, stage) =>
  Array.from({ length: count }, (_, at) => ({
    stride: at === 0 ? 2 : 1,
    /** Ends a stage whose map is handed out: all but the first. */
    tapped: stage > 0 && at === count - 1,
  })),
).map((block, at) => ({ key: `body.${at}`, ...block }));

/** Throws a FwplusError where weights are missing or do not fit together; returns the channels of the three maps. */
export function checkIrSe50(state: StateDict): number[] {
  let channels = state.get('input_layer.0.weight', [null, 3, 3, 3]).shape[0]!;
  checkBatchNorm(state, 'input_layer.1', channels);
  state.get('input_layer.2.weight', [channels]);
  const taps: number[] = [];
  for (const { key, tapped } of BLOCKS) {
    channels = checkBlock(state, key, channels);
    if (tapped) taps.push(channels);
  }
  return taps;
}

/** Picture [N, S, S, 3] in [-1, 1], S divisible by 16, to three maps, fine to coarse: [N, S/4, S/4, C1], S/8 and S/16. */
export function irSe50Features(picture: Tensor, state: StateDict): Tensor[] {
  const first = normalisedConvolution(picture, state, {
    weight: 'input_layer.0.weight',
    norm: 'input_layer.1',
    padding: 1,
    activation: LINEAR,
  });
  let x = prelu(first, state.constant(picture.graph, 'input_layer.2.weight'));
  const taps: Tensor[] = [];
  for (const { key, stride, tapped } of BLOCKS) {
    x = picture.graph.scoped(key, () => residual(x, state, key, stride));
    if (tapped) taps.push(x);
  }
  return taps;
}

/** Returns the channels that the block makes. */
function checkBlock(state: StateDict, key: string, channels: number): number {
  const layer = `${key}.res_layer`;
  checkBatchNorm(state, `${layer}.0`, channels);
  const hidden = state.get(`${layer}.1.weight`, [null, channels, 3, 3]).shape[0]!;
  state.get(`${layer}.2.weight`, [hidden]);
  const out = state.get(`${layer}.3.weight`, [null, hidden, 3, 3]).shape[0]!;
  checkBatchNorm(state, `${layer}.4`, out);
  const squeezed = state.get(`${layer}.5.fc1.weight`, [null, out, 1, 1]).shape[0]!;
  state.get(`${layer}.5.fc2.weight`, [out, squeezed, 1, 1]);
  if (out !== channels || state.has(`${key}.shortcut_layer.0.weight`)) {
    state.get(`${key}.shortcut_layer.0.weight`, [out, channels, 1, 1]);
    checkBatchNorm(state, `${key}.shortcut_layer.1`, out);
  }
  return out;
}

function residual(x: Tensor, state: StateDict, key: string, stride: number): Tensor {
  const { graph } = x;
  const layer = `${key}.res_layer`;
  let h = batchNorm(x, state, `${layer}.0`);
  h = convolution(h, state.constant(graph, `${layer}.1.weight`), { padding: 1 });
  h = prelu(h, state.constant(graph, `${layer}.2.weight`));
  h = normalisedConvolution(h, state, {
    weight: `${layer}.3.weight`,
    norm: `${layer}.4`,
    stride,
    padding: 1,
    activation: LINEAR,
  });
  return add(shortcut(x, state, key, stride), excited(h, state, `${layer}.5`));
}

function shortcut(x: Tensor, state: StateDict, key: string, stride: number): Tensor {
  if (state.has(`${key}.shortcut_layer.0.weight`)) {
    return normalisedConvolution(x, state, {
      weight: `${key}.shortcut_layer.0.weight`,
      norm: `${key}.shortcut_layer.1`,
      stride,
      activation: LINEAR,
    });
  }
  return stride === 1 ? x : maxPool(x, 1, stride);
}

/** Squeeze and excitation: each channel times a gate that is computed from the means of all. */
function excited(x: Tensor, state: StateDict, key: string): Tensor {
  const { graph } = x;
  const squeezed = convolution(globalAverage(x), state.constant(graph, `${key}.fc1.weight`), {
    activation: RELU,
  });
  return channelScale(x, sigmoid(convolution(squeezed, state.constant(graph, `${key}.fc2.weight`))));
}
