/**
 * Weights that nobody has to ship: every value is a hash of its tensor's name and its index, the same float32 here and in
 * test/fixtures/record_networks.py, which says why the sizes are what they are.
 */
import type { PNormStatistics } from '../../src/inversion/pnorm.js';
import { StateDict, type Weight } from '../../src/nets/state.js';

type Shapes = Record<string, readonly number[]>;

/** Channels by resolution, from 4 up. */
export type ChannelTable = Readonly<Record<number, number>>;

/** Values of mean `offset` and standard deviation `scale`, uniform. */
export function uniform(name: string, shape: readonly number[], scale = 1, offset = 0): Float32Array {
  let digest = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) digest = Math.imul(digest ^ name.charCodeAt(at), 0x01000193);
  const factor = Math.fround(Math.sqrt(3) * scale);
  const shift = Math.fround(offset);
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  for (let at = 0; at < values.length; at++) {
    const bits = mixed(mixed((at + 0x9e3779b9) | 0) ^ digest);
    const unit = (bits >>> 8) / 2 ** 23 - 1;
    values[at] = Math.fround(unit * factor) + shift;
  }
  return values;
}

/** The finaliser of MurmurHash3. */
function mixed(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A weight of any of the networks, of a size that keeps activations near one. */
function weight(key: string, shape: readonly number[]): Float32Array {
  const part = key.slice(key.lastIndexOf('.') + 1);
  if (key.endsWith('affine.weight')) return uniform(key, shape, 0.5);
  if (key.endsWith('affine.bias')) return uniform(key, shape, 0.1, 1);
  if (part === 'noise_strength') return uniform(key, shape, 0.05, 0.1);
  if (part === 'w_avg' || part === 'latent_avg') return uniform(key, shape, 0.5);
  if (key.startsWith('mapping.')) return uniform(key, shape, part === 'weight' ? 100 : 10);
  if (key.endsWith('torgb.weight')) return uniform(key, shape, 0.3);
  if (key.startsWith('lin')) return uniform(key, shape, 0.1, 0.3);
  if (part === 'running_var') return uniform(key, shape, 0.3, 1);
  if (part === 'bias' || part === 'running_mean') return uniform(key, shape, 0.1);
  if (key.startsWith('synthesis.')) return uniform(key, shape);
  if (key.endsWith('_layer.2.weight')) return uniform(key, shape, 0.1, 0.25); // PReLU's slopes
  if (/(linear|block\d+\.fc)\.weight$/.test(key)) return uniform(key, shape); // equalised
  if (shape.length === 1) return uniform(key, shape, 0.1, 1); // batch norm's factor
  const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
  // Twenty-four residual blocks on top of each other would grow.
  const gain = key.endsWith('res_layer.3.weight') ? 0.5 : 1;
  return uniform(key, shape, gain * Math.sqrt(2 / fanIn));
}

/** Makes the values of a weight, by its name. */
export type Fill = (key: string, shape: readonly number[]) => Float32Array;

/** Takes no time and hardly any memory, where shapes are all that matters. */
export const zeros: Fill = (_, shape) => new Float32Array(shape.reduce((product, side) => product * side, 1));

function filled(name: string, shapes: Shapes, fill: Fill = weight): StateDict {
  const weights = Object.entries(shapes).map(([key, shape]): [string, Weight] => [
    key,
    { shape, data: fill(key, shape) },
  ]);
  return new StateDict(name, new Map(weights));
}

export function generatorWeights(
  channels: ChannelTable,
  width: number,
  { mappingLayers = 2, zWidth = width, fill = weight as Fill } = {},
): StateDict {
  const shapes: Shapes = { 'mapping.w_avg': [width] };
  for (let at = 0; at < mappingLayers; at++) {
    shapes[`mapping.fc${at}.weight`] = [width, at === 0 ? zWidth : width];
    shapes[`mapping.fc${at}.bias`] = [width];
  }
  let below = channels[4]!;
  shapes['synthesis.b4.const'] = [below, 4, 4];
  for (const [side, count] of Object.entries(channels).map(([key, value]) => [Number(key), value] as const)) {
    const layer = (name: string, out: number, into: number, kernel: number) => {
      const key = `synthesis.b${side}.${name}`;
      shapes[`${key}.weight`] = [out, into, kernel, kernel];
      shapes[`${key}.bias`] = [out];
      shapes[`${key}.affine.weight`] = [into, width];
      shapes[`${key}.affine.bias`] = [into];
      if (name === 'torgb') return;
      shapes[`${key}.noise_const`] = [side, side];
      shapes[`${key}.noise_strength`] = [];
    };
    if (side > 4) layer('conv0', count, below, 3);
    layer('conv1', count, count, 3);
    layer('torgb', 3, count, 1);
    below = count;
  }
  return filled('random generator', shapes, fill);
}

/** StyleGAN1; with `perRow` its mapping makes a w for each row, and the mean has all of them. */
export function styleGan1Weights(
  channels: ChannelTable,
  width: number,
  { mappingLayers = 2, zWidth = width, perRow = false } = {},
): StateDict {
  const rows = 2 * Object.keys(channels).length;
  const shapes: Shapes = { 'mapping.w_avg': perRow ? [rows, width] : [width] };
  for (let at = 0; at < mappingLayers; at++) {
    const out = perRow && at === mappingLayers - 1 ? rows * width : width;
    shapes[`mapping.fc${at}.weight`] = [out, at === 0 ? zWidth : width];
    shapes[`mapping.fc${at}.bias`] = [out];
  }
  let below = channels[4]!;
  shapes['synthesis.b4.const'] = [below, 4, 4];
  for (const [side, count] of Object.entries(channels).map(([key, value]) => [Number(key), value] as const)) {
    for (const [name, into] of [
      ['conv0', below],
      ['conv1', count],
    ] as const) {
      const key = `synthesis.b${side}.${name}`;
      if (key !== 'synthesis.b4.conv0') shapes[`${key}.weight`] = [count, into, 3, 3];
      shapes[`${key}.bias`] = [count];
      shapes[`${key}.noise_const`] = [side, side];
      shapes[`${key}.noise_strength`] = [count];
      shapes[`${key}.affine.weight`] = [2 * count, width];
      shapes[`${key}.affine.bias`] = [2 * count];
    }
    below = count;
  }
  shapes['synthesis.torgb.weight'] = [3, below, 1, 1];
  shapes['synthesis.torgb.bias'] = [3];
  return filled('random StyleGAN1', shapes);
}

/** Widths of the four stages and of the base code. */
export function encoderWeights(widths: readonly number[], fill: Fill = weight): StateDict {
  const shapes: Shapes = {};
  let into = 3;
  [[0, 3, 6], [10, 13, 16], [20, 23, 26], [30], [33]].forEach((layers, stage) => {
    for (const layer of layers) {
      const out = widths[stage]!;
      shapes[`model.${layer}.weight`] = [out, into, 3, 3];
      shapes[`model.${layer}.bias`] = [out];
      into = out;
      if (layer === 33) continue;
      for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
        shapes[`model.${layer + 1}.${part}`] = [out];
    }
  });
  return filled('random encoder', shapes, fill);
}

/** Widths of the five stages. */
export function perceptualWeights(widths: readonly number[], fill: Fill = weight): StateDict {
  const shapes: Shapes = {};
  let into = 3;
  [
    [0, 2],
    [5, 7],
    [10, 12, 14],
    [17, 19, 21],
    [24, 26, 28],
  ].forEach((layers, stage) => {
    const out = widths[stage]!;
    for (const layer of layers) {
      shapes[`features.${layer}.weight`] = [out, into, 3, 3];
      shapes[`features.${layer}.bias`] = [out];
      into = out;
    }
    shapes[`lin${stage}.model.1.weight`] = [1, out, 1, 1];
  });
  return filled('random perceptual network', shapes, fill);
}

/** Widths of the five layers. */
export function alexNetWeights(widths: readonly number[]): StateDict {
  const shapes: Shapes = {};
  const kernels = [11, 5, 3, 3, 3];
  [0, 3, 6, 8, 10].forEach((at, layer) => {
    const [into, out] = [layer === 0 ? 3 : widths[layer - 1]!, widths[layer]!];
    shapes[`features.${at}.weight`] = [out, into, kernels[layer]!, kernels[layer]!];
    shapes[`features.${at}.bias`] = [out];
    shapes[`lin${layer}.model.1.weight`] = [1, out, 1, 1];
  });
  return filled('random perceptual network', shapes);
}

function addBatchNorm(shapes: Shapes, key: string, channels: number): void {
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) shapes[`${key}.${part}`] = [channels];
}

/** Widths of the blocks but the last. */
export function idInvertWeights(widths: readonly number[], wDim: number): StateDict {
  const shapes: Shapes = { 'block0.conv.weight': [widths[0]!, 3, 3, 3] };
  addBatchNorm(shapes, 'block0.bn.bn', widths[0]!);
  for (let block = 1; block < widths.length; block++) {
    const [into, out] = [widths[block - 1]!, widths[block]!];
    const hidden = Math.min(into, out);
    const key = `block${block}`;
    if (into !== out) {
      shapes[`${key}.conv.weight`] = [out, into, 1, 1];
      addBatchNorm(shapes, `${key}.bn.bn`, out);
    }
    for (const [at, o, i] of [
      [1, hidden, into],
      [2, out, hidden],
    ] as const) {
      shapes[`${key}.conv${at}.weight`] = [o, i, 3, 3];
      shapes[`${key}.wscale${at}.bias`] = [o];
      addBatchNorm(shapes, `${key}.bn${at}.bn`, o);
    }
  }
  const last = `block${widths.length}`;
  const outputs = 2 * widths.length * wDim;
  shapes[`${last}.fc.weight`] = [outputs, 16 * widths.at(-1)!];
  addBatchNorm(shapes, `${last}.bn.bn`, outputs);
  return filled('random encoder of IDinvert', shapes);
}

/** Widths of the input layer and the four stages; `side` of the picture, `rows` of the code. */
export function styleEncoderWeights(
  widths: readonly number[],
  { side, rows, wDim }: { readonly side: number; readonly rows: number; readonly wDim: number },
): StateDict {
  const shapes: Shapes = {
    latent_avg: [rows, wDim],
    'input_layer.0.weight': [widths[0]!, 3, 3, 3],
    'input_layer.2.weight': [widths[0]!],
  };
  addBatchNorm(shapes, 'input_layer.1', widths[0]!);
  let block = 0;
  [3, 4, 14, 3].forEach((count, stage) => {
    const out = widths[stage + 1]!;
    for (let at = 0; at < count; at++) {
      const into = at === 0 ? widths[stage]! : out;
      const key = `body.${block++}`;
      if (into !== out) {
        shapes[`${key}.shortcut_layer.0.weight`] = [out, into, 1, 1];
        addBatchNorm(shapes, `${key}.shortcut_layer.1`, out);
      }
      const layer = `${key}.res_layer`;
      addBatchNorm(shapes, `${layer}.0`, into);
      shapes[`${layer}.1.weight`] = [out, into, 3, 3];
      shapes[`${layer}.2.weight`] = [out];
      shapes[`${layer}.3.weight`] = [out, out, 3, 3];
      addBatchNorm(shapes, `${layer}.4`, out);
      shapes[`${layer}.5.fc1.weight`] = [2, out, 1, 1];
      shapes[`${layer}.5.fc2.weight`] = [out, 2, 1, 1];
    }
  });
  const level = widths[4]!;
  [widths[3]!, widths[2]!].forEach((own, at) => {
    shapes[`latlayer${at + 1}.weight`] = [level, own, 1, 1];
    shapes[`latlayer${at + 1}.bias`] = [level];
  });
  for (let row = 0; row < rows; row++) {
    const depth = Math.log2(side / 16) + (row < 3 ? 0 : row < 7 ? 1 : 2);
    for (let at = 0; at < depth; at++) {
      shapes[`styles.${row}.convs.${2 * at}.weight`] = [wDim, at === 0 ? level : wDim, 3, 3];
      shapes[`styles.${row}.convs.${2 * at}.bias`] = [wDim];
    }
    shapes[`styles.${row}.linear.weight`] = [wDim, depth === 0 ? level : wDim];
    shapes[`styles.${row}.linear.bias`] = [wDim];
  }
  return filled('random style encoder', shapes);
}

/** Hadamard's matrix with signs, which is orthogonal, and eigenvalues that are powers of two; `width` is one, too. */
export function pnormStatistics(width: number): PNormStatistics {
  const signs = uniform('signs', [width]).map(Math.sign);
  const parity = (bits: number): number => (bits === 0 ? 1 : -parity(bits & (bits - 1)));
  const norm = Math.sqrt(width);
  return {
    mean: uniform('mean_latent', [width], 0.3),
    eigenvalues: Float32Array.from({ length: width }, (_, j) => 2 ** (3 - Math.floor((20 * j) / width))),
    eigenvectors: Float32Array.from({ length: width * width }, (_, at) => {
      const [i, j] = [Math.floor(at / width), at % width];
      return (parity(i & j) * signs[i]!) / norm;
    }),
  };
}

/** The same weights but for those that `change` gives anew. */
export function changed(
  state: StateDict,
  change: (key: string, data: Float32Array) => Float32Array | undefined,
): StateDict {
  const weights = state.keys.map((key): [string, Weight] => {
    const { shape, data } = state.get(key);
    return [key, { shape, data: change(key, data) ?? data }];
  });
  return new StateDict(state.name, new Map(weights));
}
