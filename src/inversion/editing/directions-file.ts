/**
 * Directions as a .safetensors file: one tensor each, [D] or [R, D] with a vector for each row of the code, and in the metadata
 *   format      fwplus-directions-1
 *   directions  JSON: { name: { rows: [from, to], description, centre? } }
 * `fwplus convert` writes the same JSON into the `options` of a network of the kind `directions`.
 */
import { FwplusError } from '../../errors.js';
import type { DirectionEntry } from '../../io/convert/direction-entry.js';
import type { Tensor } from '../../io/dtype.js';
import { assertFinite } from '../../io/finite.js';
import { encodeTensors, TensorFile } from '../../io/safetensors.js';
import type { Direction } from './direction.js';

const FORMAT = 'fwplus-directions-1';

/**
 * The file of these directions.
 * @throws FwplusError where two have one name.
 */
export function encodeDirections(directions: readonly Direction[]): Uint8Array<ArrayBuffer> {
  const names = directions.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new FwplusError(`Two directions are called '${twice}'.`, { hint: 'Give each a name of its own.' });
  }
  const tensors = directions.map(({ name, vector }) => [name, tensorOf(vector)]);
  const entries = directions.map(({ name, rows: { from, to }, description, centre }) => [
    name,
    { rows: [from, to], description, ...(centre === undefined ? {} : { centre }) } satisfies DirectionEntry,
  ]);
  return encodeTensors(Object.fromEntries(tensors), {
    format: FORMAT,
    directions: JSON.stringify(Object.fromEntries(entries)),
  });
}

/**
 * The directions of a file, in its own order.
 * @param width D of the generator they are for.
 * @param name what errors call the file.
 * @throws FwplusError where it is no such file, damaged, or for another generator.
 */
export function decodeDirections(bytes: Uint8Array, width: number, name: string): Direction[] {
  const file = TensorFile.parse(bytes, name);
  return Object.entries(entriesOf(file.metadata, name)).map(([key, entry]) =>
    makeDirection(key, entry, file.info(key).shape, file.floats(key), width, name),
  );
}

/**
 * A direction of its entry and its tensor, [D] or [R, D].
 * @param width D of the generator that it is for.
 * @param file what errors call the file that it is from.
 * @throws FwplusError where it is of another width, or not finite.
 */
export function makeDirection(
  name: string,
  { rows, description, centre }: DirectionEntry,
  shape: readonly number[],
  data: Float32Array,
  width: number,
  file: string,
): Direction {
  if (shape.at(-1) !== width || shape.length > 2) {
    throw new FwplusError(
      `${file}: the direction '${name}' is [${shape.join(', ')}], the code of this generator has ${width} numbers a row.`,
      { hint: 'It belongs to another generator.' },
    );
  }
  assertFinite(`${file}: ${name}`, data);
  return {
    name,
    description,
    vector: shape.length === 1 ? data : rowsOf(data, width),
    rows: { from: rows[0], to: rows[1] },
    ...(centre === undefined ? {} : { centre }),
  };
}

/** @throws FwplusError that names what there is. */
export function findDirection(directions: readonly Direction[], name: string, where: string): Direction {
  const found = directions.find((each) => each.name === name);
  if (found) return found;
  const names = directions.map((each) => each.name).join(', ');
  throw new FwplusError(`There is no direction '${name}' in ${where}.`, {
    hint: names ? `There are: ${names}.` : 'It has none. Make some with: fwplus directions sefa -o FILE',
  });
}

function tensorOf(vector: Direction['vector']): Tensor {
  if (vector instanceof Float32Array) return { dtype: 'F32', shape: [vector.length], data: vector };
  const width = vector[0]!.length;
  const data = new Float32Array(vector.length * width);
  vector.forEach((row, at) => {
    data.set(row, at * width);
  });
  return { dtype: 'F32', shape: [vector.length, width], data };
}

function rowsOf(data: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: data.length / width }, (_, at) => data.subarray(at * width, (at + 1) * width));
}

function entriesOf(metadata: Readonly<Record<string, string>>, name: string): Record<string, DirectionEntry> {
  const { format, directions, network, options } = metadata;
  if (format !== FORMAT && network !== 'directions') {
    throw new FwplusError(
      `${name} holds no directions (format '${network ?? format ?? 'none'}', wanted '${FORMAT}').`,
      { hint: 'Make one with: fwplus directions sefa -o FILE' },
    );
  }
  const found = format === FORMAT ? parsed(directions) : asRecord(parsed(options))?.directions;
  const entries = asRecord(found);
  if (entries && Object.values(entries).every(isEntry)) return entries as Record<string, DirectionEntry>;
  throw new FwplusError(`${name} is damaged: its list of directions cannot be read.`, {
    hint: 'Get it again, or make it again with: fwplus directions sefa -o FILE',
  });
}

function isEntry(value: unknown): boolean {
  const { description, rows, centre } = asRecord(value) ?? {};
  if (typeof description !== 'string' || !Array.isArray(rows)) return false;
  const [from, to] = rows as unknown[];
  return (
    rows.length === 2 &&
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    0 <= Number(from) &&
    Number(from) <= Number(to) &&
    (centre === undefined || Number.isFinite(centre))
  );
}

/** Undefined where it is no JSON. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : undefined;
}
