/**
 * Directions for editing: single vectors of interfacegan and encoder4editing, vectors for each row of idinvert_pytorch and
 * encoder4editing, and principal components of GANSpace. Several files are one file of directions, by the files' names.
 */
import { FwplusError } from '../../../errors.js';
import { PickledDict, type PickleValue } from '../../checkpoint/index.js';
import { DIRECTION_SOURCES, type DirectionSource, type FoundDirection } from '../direction-vectors.js';
import type { Candidate, Format } from '../format.js';
import type { ConvertedNetwork, Fact, Json } from '../network.js';

/** How interfacegan names boundaries that are not of w. */
const IN_Z = /(?<!_w)_boundary$/;

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
  readonly source: DirectionSource;
}

const sourceOf = (value: PickleValue) => DIRECTION_SOURCES.find((source) => source.is(value));

const candidate = (pieces: readonly Piece[]): Candidate => ({
  kind: 'directions',
  part: '',
  convert: () => convert(pieces),
});

async function convert(pieces: readonly Piece[]): Promise<ConvertedNetwork> {
  const found: FoundDirection[] = [];
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
  const names = found.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new FwplusError(`Converting directions: two are called '${twice}'.`, {
      hint: 'Convert the files one by one.',
    });
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
      ['Directions', listed(names)],
      ['Lengths', await lengthsOf(found)],
      ...pieces.filter(({ name }) => IN_Z.test(name)).map(noteOnZ),
    ],
    tensors: new Map(found.map(({ name, tensor }) => [name, tensor])),
    ignored: [],
    licence: sources.map(({ licence }) => licence).join(' '),
  };
}

/** The shortest and the longest vector: directions mostly have length 1, codes far more. */
async function lengthsOf(found: readonly FoundDirection[]): Promise<string> {
  const lengths: number[] = [];
  for (const { tensor } of found) {
    const width = tensor.shape.at(-1)!;
    const values = await tensor.read(0, tensor.elements);
    for (let at = 0; at < values.length; at += width)
      lengths.push(Math.sqrt(values.subarray(at, at + width).reduce((sum, value) => sum + value * value, 0)));
  }
  const [least, most] = [Math.min, Math.max].map((pick) =>
    String(+lengths.reduce((a, b) => pick(a, b)).toFixed(3)),
  );
  return least === most ? least! : `${least} to ${most}`;
}

function noteOnZ({ name }: Piece): Fact {
  return [
    'Note',
    `interfacegan calls boundaries of z so ('${name}'), and those of w …_w_boundary: check which it is`,
  ];
}

function listed(names: readonly string[]): string {
  return names.length <= 6
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} … ${names.at(-1)} (${names.length})`;
}
