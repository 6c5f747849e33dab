/**
 * Directions as a .safetensors file: one tensor [D] each, and in the metadata
 *   format      fwplus-directions-1
 *   directions  JSON: { name: { rows: [from, to], description } }
 */
import { FwplusError } from '../../errors.js';
import { assertFinite } from '../../io/finite.js';
import { encodeTensors, TensorFile } from '../../io/safetensors.js';
import type { Direction } from './direction.js';

const FORMAT = 'fwplus-directions-1';

/**
 * The file of these directions.
 * @throws FwplusError where two have one name.
 */
export function encodeDirections(directions: readonly Direction[]): Uint8Array {
  const names = directions.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new FwplusError(`Two directions are called '${twice}'.`, { hint: 'Give each a name of its own.' });
  }
  const tensors = directions.map(({ name, vector }) => [
    name,
    { dtype: 'F32' as const, shape: [vector.length], data: vector },
  ]);
  const entries = directions.map(({ name, rows: { from, to }, description }) => [
    name,
    { rows: [from, to], description },
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
  const { format } = file.metadata;
  if (format !== FORMAT) {
    throw new FwplusError(`${name} holds no directions (format '${format ?? 'none'}', wanted '${FORMAT}').`, {
      hint: 'Make one with: fwplus directions sefa -o FILE',
    });
  }
  return Object.entries(entriesOf(file.metadata.directions, name)).map(([key, { rows, description }]) => {
    const vector = file.floats(key, [width]);
    assertFinite(`${name}: ${key}`, vector);
    return { name: key, description, vector, rows: { from: rows[0], to: rows[1] } };
  });
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

interface Entry {
  readonly rows: readonly [number, number];
  readonly description: string;
}

function entriesOf(text: string | undefined, name: string): Record<string, Entry> {
  let found: unknown;
  try {
    found = JSON.parse(text ?? '');
  } catch {
    // said below
  }
  if (isRecord(found) && Object.values(found).every(isEntry)) return found as Record<string, Entry>;
  throw new FwplusError(`${name} is damaged: its list of directions cannot be read.`, {
    hint: 'Get it again, or make it again with: fwplus directions sefa -o FILE',
  });
}

function isEntry(value: unknown): boolean {
  if (!isRecord(value) || typeof value.description !== 'string' || !Array.isArray(value.rows)) return false;
  const [from, to] = value.rows as unknown[];
  return (
    value.rows.length === 2 &&
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    0 <= Number(from) &&
    Number(from) <= Number(to)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
