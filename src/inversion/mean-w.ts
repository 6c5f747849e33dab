/** The mean w of a StyleGAN2 whose file holds none: what rosinality's training saves. */
import { FwplusError } from '../errors.js';
import type { ConvertedNetwork, SourceTensor } from '../io/convert/network.js';
import { fillNormals } from './statistics/normals.js';

const KEY = 'mapping.w_avg';
/** As many as rosinality's programs take. */
const SAMPLES = 4096;
/** Run through the layers together, so that a weight is loaded once for all of them. */
const TOGETHER = 4;

/** Weights of a mapping network, at the most: eight layers of 512 have 2^21. */
const MOST_WEIGHTS = 2 ** 24;

interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** The same network with a mean w: of 4,096 samples, always the same ones, when it is read. */
export function withMeanW(network: ConvertedNetwork): ConvertedNetwork {
  const { tensors, kind, facts } = network;
  const last = [...tensors.keys()].filter((key) => /^mapping\.fc\d+\.bias$/.test(key)).at(-1);
  if (kind !== 'stylegan2' || tensors.has(KEY) || last === undefined) return network;
  const { elements } = tensors.get(last)!;
  const weights = [...tensors].filter(([key]) => /^mapping\.fc\d+\.weight$/.test(key));
  if (weights.reduce((sum, [, tensor]) => sum + tensor.elements, 0) > MOST_WEIGHTS) {
    throw new FwplusError('The file has no mean w, and its mapping network is too large to make one.', {
      hint: 'Save the checkpoint with the mean w beside the network, as latent_avg.',
    });
  }
  let mean: Promise<Float32Array> | undefined;
  const average: SourceTensor = {
    origin: undefined,
    shape: [elements],
    elements,
    async read(begin, end) {
      mean ??= layersOf(tensors).then(meanOf);
      return (await mean).subarray(begin, end);
    },
  };
  return {
    ...network,
    tensors: new Map([...tensors, [KEY, average]]),
    facts: [...facts, ['Mean of w', `not in the file; of ${SAMPLES.toLocaleString('en-US')} samples`]],
  };
}

async function layersOf(tensors: ReadonlyMap<string, SourceTensor>): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (let at = 0; ; at++) {
    const [weight, bias] = ['weight', 'bias'].map((part) => tensors.get(`mapping.fc${at}.${part}`));
    if (!weight || !bias) return layers;
    layers.push({
      weight: await weight.read(0, weight.elements),
      bias: await bias.read(0, bias.elements),
    });
  }
}

/** The mean of what the mapping network gives for normal z. */
function meanOf(layers: readonly Layer[]): Float32Array {
  const [{ weight, bias }] = layers as [Layer, ...Layer[]];
  const width = weight.length / bias.length;
  const z = new Float32Array(SAMPLES * width);
  fillNormals(z, 0, 0);
  const sum = new Float64Array(layers.at(-1)!.bias.length);
  for (let at = 0; at < SAMPLES; at += TOGETHER) {
    let x = normalised(z.subarray(at * width, (at + TOGETHER) * width), width);
    for (const layer of layers) x = run(layer, x);
    x.forEach((value, i) => {
      sum[i % sum.length]! += value;
    });
  }
  return Float32Array.from(sum, (value) => value / SAMPLES);
}

function normalised(z: Float32Array, width: number): Float32Array {
  const out = new Float32Array(z.length);
  for (let from = 0; from < z.length; from += width) {
    const row = z.subarray(from, from + width);
    const square = row.reduce((total, value) => total + value * value, 0) / width;
    out.set(
      row.map((value) => value / Math.sqrt(square + 1e-8)),
      from,
    );
  }
  return out;
}

/** One layer on TOGETHER rows. */
function run({ weight, bias }: Layer, x: Float32Array): Float32Array {
  const [inputs, outputs] = [weight.length / bias.length, bias.length];
  const scale = 0.01 / Math.sqrt(inputs);
  const out = new Float32Array(TOGETHER * outputs);
  for (let o = 0; o < outputs; o++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0, at = o * inputs; i < inputs; i++, at++) {
      const w = weight[at]!;
      a += w * x[i]!;
      b += w * x[inputs + i]!;
      c += w * x[2 * inputs + i]!;
      d += w * x[3 * inputs + i]!;
    }
    const offset = 0.01 * bias[o]!;
    [a, b, c, d].forEach((value, row) => {
      const linear = value * scale + offset;
      out[row * outputs + o] = Math.SQRT2 * (linear < 0 ? 0.2 * linear : linear);
    });
  }
  return out;
}
