/**
 * Directions for editing: single vectors of interfacegan and encoder4editing, vectors for each row of idinvert_pytorch and
 * encoder4editing, and principal components of GANSpace. Several files are one file of directions, by the files' names.
 */
import { FwplusError } from '../../../errors.js';
import { PickledDict, type PickleValue, TensorView } from '../../checkpoint/index.js';
import type { DirectionEntry } from '../direction-entry.js';
import type { Candidate, Format } from '../format.js';
import type { ConvertedNetwork, Fact, Json, SourceTensor } from '../network.js';
import { FileTensor, known, reshaped } from '../tensors.js';

/** Rows of the largest code; smaller generators have the first of them. */
const MOST_ROWS = 18;
/** How interfacegan names boundaries that are not of w. */
const IN_Z = /(?<!_w)_boundary$/;

interface Found extends DirectionEntry {
  readonly name: string;
  readonly tensor: SourceTensor;
}

/** A program's way of storing directions. */
interface Source {
  readonly format: string;
  readonly licence: string;
  is(value: PickleValue): boolean;
  read(value: PickleValue, name: string): Promise<Found[]> | Found[];
}

const ganspaceKeys = [
  { components: 'lat_comp', mean: 'lat_mean', deviation: 'lat_stdev' },
  { components: 'comp', mean: 'mean', deviation: 'std' },
];

const SOURCES: readonly Source[] = [
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
      ganspaceKeys.some(({ components }) => value.get(components) instanceof TensorView),
    read: (value, name) => componentsOf(value as PickledDict, name),
  },
];

export const directions: Format = {
  name: 'directions',
  find({ value }, name) {
    const own = sourceOf(value);
    if (own) return [candidate([{ name, value, source: own }])];
    if (!(value instanceof PickledDict) || value.size === 0) return [];
    const all = [...value].map(([key, item]) => ({ name: String(key), value: item, source: sourceOf(item) }));
    return all.every(({ source }) => source) ? [candidate(all as Piece[])] : [];
  },
};

interface Piece {
  readonly name: string;
  readonly value: PickleValue;
  readonly source: Source;
}

const sourceOf = (value: PickleValue) => SOURCES.find((source) => source.is(value));

const candidate = (pieces: readonly Piece[]): Candidate => ({
  kind: 'directions',
  part: '',
  convert: () => convert(pieces),
});

async function convert(pieces: readonly Piece[]): Promise<ConvertedNetwork> {
  const found: Found[] = [];
  for (const { name, value, source } of pieces) found.push(...(await source.read(value, name)));
  const widths = [...new Set(found.map(({ tensor }) => tensor.shape.at(-1)))];
  if (widths.length > 1) {
    throw new FwplusError(
      `Converting directions: they are for codes of ${widths.join(' and ')} numbers a row.`,
      {
        hint: 'They belong to different generators; convert them one by one.',
      },
    );
  }
  const entries = found.map(({ name, rows, description, centre }) => [
    name,
    { rows, description, ...(centre === undefined ? {} : { centre }) },
  ]);
  const sources = [...new Set(pieces.map(({ source }) => source))];
  return {
    kind: 'directions',
    format: sources.map(({ format }) => format).join(', '),
    options: { directions: Object.fromEntries(entries) as Json },
    facts: [
      ['Width of w', `${widths[0]}`],
      ['Directions', namesOf(found)],
      ['Lengths', await lengthsOf(found)],
      ...pieces.filter(({ name }) => IN_Z.test(name)).map(noteOnZ),
    ],
    tensors: new Map(found.map(({ name, tensor }) => [name, tensor])),
    ignored: [],
    licence: sources.map(({ licence }) => licence).join(' '),
  };
}

/** The shortest and the longest vector: directions mostly have length 1, codes far more. */
async function lengthsOf(found: readonly Found[]): Promise<string> {
  const lengths: number[] = [];
  for (const { tensor } of found) {
    const width = tensor.shape.at(-1)!;
    const values = await tensor.read(0, tensor.elements);
    for (let at = 0; at < values.length; at += width)
      lengths.push(Math.hypot(...values.subarray(at, at + width)));
  }
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)].map((length) =>
    String(+length.toFixed(3)),
  );
  return least === most ? least! : `${least} to ${most}`;
}

function noteOnZ({ name }: Piece): Fact {
  return [
    'Note',
    `interfacegan calls boundaries of z so ('${name}'), and those of w …_w_boundary: check which it is`,
  ];
}

function namesOf(found: readonly Found[]): string {
  const names = found.map(({ name }) => name);
  return names.length <= 6
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} … ${names.at(-1)} (${names.length})`;
}

/** [D], [1, D], [R, D] or [1, R, D], R even as the rows of a code are. */
function isVector(shape: readonly number[]): boolean {
  const sides = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  if (sides.length === 1) return sides[0]! > 1;
  const [rows, width] = sides;
  return (
    sides.length === 2 && width! > 1 && (rows === 1 || (rows! % 2 === 0 && rows! >= 4 && rows! <= MOST_ROWS))
  );
}

function vectorOf(view: TensorView, name: string): Found {
  const width = view.shape.at(-1)!;
  const count = view.elements / width;
  const tensor = reshaped(new FileTensor(name, view), count === 1 ? [width] : [count, width]);
  const description = count === 1 ? `the vector of ${name}` : `the vectors of ${name}, one for each row`;
  return { name, tensor, rows: [0, (count === 1 ? MOST_ROWS : count) - 1], description };
}

/** Vectors for each row, and the rows in which they act. */
function boundaryOf(dict: PickledDict, name: string): Found {
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
async function componentsOf(dict: PickledDict, name: string): Promise<Found[]> {
  const keys = ganspaceKeys.find(({ components }) => dict.has(components))!;
  const read = async (key: string) => {
    const view = dict.get(key);
    if (view instanceof TensorView) return view.readNumbers();
    throw fail(`'${key}' is missing`);
  };
  const fail = (found: string) =>
    new FwplusError(`Converting the components of GANSpace in '${name}': ${found}.`);
  const components = await read(keys.components);
  const mean = await read(keys.mean);
  const deviation = await read(keys.deviation);
  const [width, count] = [mean.length, deviation.length];
  if (components.length !== width * count) {
    throw fail(
      `'${keys.components}' has ${components.length} numbers, wanted ${count} components of ${width}, as '${keys.deviation}' and '${keys.mean}' have`,
    );
  }
  return Array.from({ length: count }, (_, at): Found => {
    const axis = components.subarray(at * width, (at + 1) * width);
    const length = Math.hypot(...axis);
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
