/**
 * The encoders of pixel2style2pixel (Richardson et al. 2021) and encoder4editing (Tov et al. 2021): in `state_dict` under
 * `encoder.`, beside the generator under `decoder.`; `latent_avg` and `opts` stand beside that.
 */
import { PickledDict, PickledObject, type PickleValue, TensorView } from '../../checkpoint/index.js';
import type { Format } from '../format.js';
import { Kept } from '../kept.js';
import type { ConvertedNetwork } from '../network.js';
import { type Part, partsOf, partUnder } from '../parts.js';
import { FileTensor } from '../tensors.js';
import { Weights } from '../weights.js';
import { takeIrSe50 } from './ir-se50.js';

/** The picture's side over that of the coarsest map. */
const REDUCTION = 16;
/** By `opts.encoder_type`. */
const PROGRAMS: Readonly<Record<string, string>> = {
  GradualStyleEncoder: 'pixel2style2pixel',
  Encoder4Editing: 'encoder4editing',
};

export const styleEncoder: Format = {
  name: 'pixel2style2pixel',
  find: (checkpoint) =>
    partsOf(checkpoint)
      .map((part) => partUnder(part, 'encoder.', 'encoder'))
      .filter((part) => part?.tensors.has('input_layer.0.weight'))
      .map((part) => ({
        kind: 'style-encoder',
        part: 'encoder',
        convert: () => convert(part!, checkpoint.value),
      })),
};

function convert(part: Part, file: PickleValue): ConvertedNetwork {
  const top = file instanceof PickledDict ? file : new PickledDict();
  const weights = new Weights(part, 'pixel2style2pixel or encoder4editing');
  const type = typeOf(top.get('opts'), weights);
  const kept = new Kept(weights);
  const { rows, width, side } = takeStyles(kept, takePyramid(kept));
  const ignored = kept.finish();
  const average = top.get('latent_avg');
  const isAdded = optionOf(top.get('opts'), 'start_from_latent_avg') ?? average instanceof TensorView;
  if (isAdded) kept.tensors.set('latent_avg', checkAverage(average, rows, width, weights));
  return {
    kind: 'style-encoder',
    format: PROGRAMS[type]!,
    options: { encoder_type: type, start_from_latent_avg: Boolean(isAdded) },
    facts: [
      ['Encoder', type],
      ['Picture', `${side} × ${side}`],
      ['Code', `${rows} rows of ${width}${isAdded ? ', as differences from the mean' : ''}`],
    ],
    tensors: kept.tensors,
    ignored,
    licence: `${PROGRAMS[type]} is MIT; its weights were trained with StyleGAN2’s (NVIDIA, non-commercial).`,
  };
}

/** `opts` is a dict, or an argparse.Namespace. */
function optionOf(opts: PickleValue | undefined, key: string): PickleValue | undefined {
  if (opts instanceof PickledDict) return opts.get(key);
  return opts instanceof PickledObject ? opts.attribute(key) : undefined;
}

function typeOf(opts: PickleValue | undefined, weights: Weights): string {
  const type = optionOf(opts, 'encoder_type');
  if (typeof type === 'string' && Object.hasOwn(PROGRAMS, type)) return type;
  const known = Object.keys(PROGRAMS).join(' and ');
  throw weights.fail(
    type === undefined
      ? `the file has no opts.encoder_type, and the weights of ${known} do not tell which they are`
      : `its encoder_type is ${JSON.stringify(type)}; fwplus has ${known}`,
    'Give the checkpoint as the program saved it.',
  );
}

/** The backbone, and the projections of its two finer maps. Returns the channels of every level. */
function takePyramid(kept: Kept): number {
  const [fine, middle, coarse] = takeIrSe50(kept);
  for (const [at, channels] of [
    [1, middle],
    [2, fine],
  ] as const) {
    kept.take(`latlayer${at}.weight`, [coarse, channels, 1, 1]);
    kept.take(`latlayer${at}.bias`, [coarse]);
  }
  return coarse;
}

/** For each row of the code convolutions of stride 2 down to one pixel, and a linear layer. */
function takeStyles(kept: Kept, levels: number): { rows: number; width: number; side: number } {
  const { weights } = kept;
  const rows =
    1 + Math.max(-1, ...weights.left.map((key) => Number(/^styles\.(\d{1,3})\./.exec(key)?.[1] ?? -1)));
  const width = weights.take('styles.0.linear.weight', [null, null]).shape[0]!;
  const coarse = weights.left.filter((key) => /^styles\.0\.convs\.\d+\.weight$/.test(key)).length;
  for (let row = 0; row < rows; row++) {
    let channels = levels;
    for (let at = 0; at < coarse + levelOf(row); at++) {
      const key = `styles.${row}.convs.${2 * at}`;
      channels = kept.channels(`${key}.weight`, channels, 3, 3);
      kept.take(`${key}.bias`, [channels]);
    }
    kept.take(`styles.${row}.linear.weight`, [width, channels]);
    kept.take(`styles.${row}.linear.bias`, [width]);
  }
  return { rows, width, side: REDUCTION * 2 ** coarse };
}

/** The level of the pyramid that a row reads: 0 coarse, 1 middle, 2 fine. */
function levelOf(row: number): number {
  if (row < 3) return 0;
  return row < 7 ? 1 : 2;
}

function checkAverage(
  average: PickleValue | undefined,
  rows: number,
  width: number,
  weights: Weights,
): FileTensor {
  if (!(average instanceof TensorView)) {
    throw weights.fail(`opts says start_from_latent_avg, and the file has no latent_avg`);
  }
  if (average.shape.at(-1) === width && (average.elements === width || average.elements === rows * width))
    return new FileTensor('latent_avg', average);
  throw weights.fail(`latent_avg is [${average.shape.join(', ')}], wanted [${rows}, ${width}] or [${width}]`);
}
