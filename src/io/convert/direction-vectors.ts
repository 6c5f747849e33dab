/** How other programs store directions: vectors for all rows or for each, and principal components. */
import { FwplusError } from '../../errors.js';
import { PickledDict, type PickleValue, TensorView } from '../checkpoint/index.js';
import type { DirectionEntry } from './direction-entry.js';
import type { SourceTensor } from './network.js';
import { FileTensor, known, reshaped } from './tensors.js';

/** Rows of the largest code; smaller generators have the first of them. */
const MOST_ROWS = 18;

export interface FoundDirection extends DirectionEntry {
  readonly name: string;
  /** [D], or [R, D]. */
  readonly tensor: SourceTensor;
}

/** A program's way of storing directions. */
export interface DirectionSource {
  readonly format: string;
  readonly licence: string;
  is(value: PickleValue): boolean;
  /** `name` is that of the file, or of the direction in it. */
  read(value: PickleValue, name: string): Promise<FoundDirection[]> | FoundDirection[];
}

const components = [
  { components: 'lat_comp', mean: 'lat_mean', deviation: 'lat_stdev' },
  { components: 'comp', mean: 'mean', deviation: 'std' },
];

export const DIRECTION_SOURCES: readonly DirectionSource[] = [
  {
    format: 'interfacegan or encoder4editing',
    licence: 'interfacegan and encoder4editing are MIT.',
    is: (value) => value instanceof TensorView && isVector(value.shape),
    read: (value, name) => [vectorOf(value as TensorView, name)],
  },
  {
    format: 'idinvert_pytorch',
    licence: 'idinvert_pytorch is MIT.',
    is: (value) => value instanceof PickledDict && value.get('boundary') instanceof TensorView,
    read: (value, name) => [boundaryOf(value as PickledDict, name)],
  },
  {
    format: 'GANSpace',
    licence: 'ganspace is Apache-2.0, encoder4editing MIT.',
    is: (value) =>
      value instanceof PickledDict &&
      components.some((keys) => value.get(keys.components) instanceof TensorView),
    read: (value, name) => componentsOf(value as PickledDict, name),
  },
];

/** Published generators have a w of 512. */
const MOST_WIDTH = 8192;

/** [D], [1, D], [R, D] or [1, R, D], R even as the rows of a code are. */
function isVector(shape: readonly number[]): boolean {
  const sides = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  if (sides.at(-1)! > MOST_WIDTH) return false;
  if (sides.length === 1) return sides[0]! > 1;
  const [rows, width] = sides;
  return (
    sides.length === 2 && width! > 1 && (rows === 1 || (rows! % 2 === 0 && rows! >= 4 && rows! <= MOST_ROWS))
  );
}

function vectorOf(view: TensorView, name: string): FoundDirection {
  const width = view.shape.at(-1)!;
  const count = view.elements / width;
  const tensor = reshaped(new FileTensor(name, view), count === 1 ? [width] : [count, width]);
  const description = count === 1 ? `the vector of ${name}` : `the vectors of ${name}, one for each row`;
  return { name, tensor, rows: [0, (count === 1 ? MOST_ROWS : count) - 1], description };
}

/** Vectors for each row, and the rows in which they act. */
function boundaryOf(dict: PickledDict, name: string): FoundDirection {
  const view = dict.get('boundary') as TensorView;
  if (!isVector(view.shape)) {
    throw new FwplusError(
      `Converting the direction '${name}': 'boundary' is [${view.shape.join(', ')}], wanted [1, rows, width].`,
    );
  }
  const found = vectorOf(view, name);
  const metaData = dict.get('meta_data');
  const layers = metaData instanceof PickledDict ? metaData.get('manipulate_layers') : undefined;
  if (layers === undefined || layers === null) return found;
  const last = found.rows[1];
  const isRow = (at: PickleValue): at is number =>
    Number.isInteger(at) && Number(at) >= 0 && Number(at) <= last;
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(isRow)) {
    throw new FwplusError(
      `Converting the direction '${name}': 'manipulate_layers' is no list of rows from 0 to ${last}.`,
    );
  }
  const rows = layers.filter(isRow).sort((a, b) => a - b);
  const [from, to] = [rows[0]!, rows.at(-1)!];
  if (new Set(rows).size !== to - from + 1) {
    throw new FwplusError(
      `Converting the direction '${name}': it acts in rows ${rows.join(', ')}, which have gaps.`,
      { hint: 'fwplus keeps a range of rows; make one direction of each range.' },
    );
  }
  return { ...found, rows: [from, to] };
}

/** Components of length 1 times their standard deviation, so that an amount counts deviations; and where the mean lies. */
async function componentsOf(dict: PickledDict, name: string): Promise<FoundDirection[]> {
  const keys = components.find((each) => dict.has(each.components))!;
  const read = async (key: string) => {
    const view = dict.get(key);
    if (view instanceof TensorView) return view.readNumbers();
    throw fail(`'${key}' is missing`);
  };
  const fail = (found: string) =>
    new FwplusError(`Converting the components of GANSpace in '${name}': ${found}.`);
  const axes = await read(keys.components);
  const mean = await read(keys.mean);
  const deviation = await read(keys.deviation);
  const [width, count] = [mean.length, deviation.length];
  if (count === 0 || axes.length !== width * count) {
    throw fail(
      `'${keys.components}' has ${axes.length} numbers, wanted ${count} components of ${width}, as '${keys.deviation}' and '${keys.mean}' have`,
    );
  }
  return Array.from({ length: count }, (_, at): FoundDirection => {
    const axis = axes.subarray(at * width, (at + 1) * width);
    const length = Math.sqrt(axis.reduce((sum, value) => sum + value * value, 0));
    const spread = deviation[at]!;
    if (!(Math.abs(length - 1) < 1e-3 && spread > 0)) {
      throw fail(
        `component ${at} has the length ${length} and the deviation ${spread}, wanted 1 and a positive number`,
      );
    }
    const along = axis.reduce((sum, value, i) => sum + value * mean[i]!, 0);
    return {
      name: `pc-${at}`,
      tensor: known(
        [width],
        Float32Array.from(axis, (value) => value * spread),
      ),
      rows: [0, MOST_ROWS - 1],
      description: `principal component ${at} of ${name}; an amount is the place along it, in standard deviations`,
      centre: along / spread,
    };
  });
}
