/** Converted files of networks with random weights, as `fwplus convert` writes them. */
import type { ModelFile } from '../../src/inversion/load-files.js';
import { encodePNorm } from '../../src/inversion/pnorm-file.js';
import type { NetworkKind } from '../../src/io/convert/network.js';
import type { Tensor } from '../../src/io/dtype.js';
import { encodeTensors } from '../../src/io/safetensors.js';
import type { StateDict } from '../../src/nets/state.js';
import {
  alexNetWeights,
  type ChannelTable,
  encoderWeights,
  generatorWeights,
  idInvertWeights,
  perceptualWeights,
  pnormStatistics,
  styleEncoderWeights,
  styleGan1Weights,
} from '../nets/random-weights.js';

export interface FileOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly dtype?: 'F16' | 'F32';
  /** The file's; the network's by default. */
  readonly name?: string;
}

export function networkFile(
  network: NetworkKind,
  state: StateDict,
  { options = {}, dtype = 'F32', name = `${network}.safetensors` }: FileOptions = {},
): ModelFile {
  const tensors = state.keys.map((key): [string, Tensor] => {
    const { shape, data } = state.get(key);
    return [key, { dtype, shape, data }];
  });
  const metadata = {
    fwplus: '1',
    network,
    options: JSON.stringify(options),
    name: `tiny ${network}`,
    source: 'a test',
  };
  return { name, bytes: encodeTensors(Object.fromEntries(tensors), metadata) };
}

export const WIDTH = 32;
const CHANNELS: ChannelTable = { 4: 8, 8: 8, 16: 8 };

export const styleGan2File = (options?: FileOptions, channels = CHANNELS) =>
  networkFile('stylegan2', generatorWeights(channels, WIDTH), options);
export const styleGan1File = (options?: FileOptions) =>
  networkFile('stylegan1', styleGan1Weights(CHANNELS, WIDTH, { perRow: true }), options);
export const encoderFile = (options?: FileOptions, channels = 8) =>
  networkFile('basecode-encoder', encoderWeights([4, 4, 4, 4, channels]), options);
export const idInvertFile = () => networkFile('idinvert-encoder', idInvertWeights([4, 4, 4], WIDTH));
/** pSp's. */
export const styleEncoderFile = ({
  rows = 6,
  wDim = WIDTH,
  options = { encoder_type: 'GradualStyleEncoder', start_from_latent_avg: true } as FileOptions['options'],
} = {}) =>
  networkFile('style-encoder', styleEncoderWeights([4, 4, 4, 4, 4], { side: 32, rows, wDim }), {
    options: options!,
  });
export const lpipsFile = (options?: FileOptions) =>
  networkFile('lpips', perceptualWeights([4, 4, 4, 4, 4]), options);
export const lpipsAlexFile = (options?: FileOptions) =>
  networkFile('lpips', alexNetWeights([4, 4, 4, 4, 4]), options);
export const pnormFile = (options: Readonly<Record<string, unknown>> = {}): ModelFile => ({
  name: 'pnorm.safetensors',
  bytes: encodePNorm(pnormStatistics(WIDTH), { options, source: 'a test', name: 'P-norm+' }),
});
