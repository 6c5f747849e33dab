/** Compares what the same cases recorded in two hosts. */
import { createHash } from 'node:crypto';
import type { Tolerance } from './case.js';
import { caseId, type PackedRecord } from './events.js';

export interface Comparison {
  readonly id: string;
  /** Empty if the two agree. */
  readonly difference: string;
}

/** Byte for byte. */
export function compareBytes(left: readonly PackedRecord[], right: readonly PackedRecord[]): Comparison[] {
  return inPairs(left, right, (a, b) => {
    const [hashA, hashB] = [a, b].map(({ base64 }) => sha256(base64));
    return hashA === hashB ? '' : `SHA-256 ${hashA} and ${hashB}; ${describe(distance(a, b))}`;
  });
}

/** Within the tolerance that each record names; records without one are left out. */
export function compareClosely(left: readonly PackedRecord[], right: readonly PackedRecord[]): Comparison[] {
  const tolerant = (record: PackedRecord) => record.across !== undefined;
  return inPairs(left.filter(tolerant), right.filter(tolerant), (a, b) => {
    const found = distance(a, b);
    const { absolute = Infinity, relativeL2 = Infinity } = a.across as Tolerance;
    // Written so that NaN does not pass.
    const close = found.absolute <= absolute && found.relativeL2 <= relativeL2;
    return close ? '' : `${describe(found)}; allowed: ${JSON.stringify(a.across)}`;
  });
}

function inPairs(
  left: readonly PackedRecord[],
  right: readonly PackedRecord[],
  compare: (a: PackedRecord, b: PackedRecord) => string,
): Comparison[] {
  const [a, b] = [left, right].map((records) => new Map(records.map((record) => [idOf(record), record])));
  return [...new Set([...a.keys(), ...b.keys()])].map((id) => {
    const [one, other] = [a.get(id), b.get(id)];
    if (!one || !other) return { id, difference: 'recorded in one of the two hosts only' };
    return { id, difference: compare(one, other) };
  });
}

function idOf({ file, name, key }: PackedRecord): string {
  return `${caseId(file, name)} > ${key}`;
}

interface Distance {
  readonly absolute: number;
  readonly relativeL2: number;
  readonly differing: number;
  readonly count: number;
}

function distance(a: PackedRecord, b: PackedRecord): Distance {
  const [x, y] = [valuesOf(a), valuesOf(b)];
  if (x.length !== y.length)
    return { absolute: Infinity, relativeL2: Infinity, differing: x.length, count: y.length };
  let [absolute, squares, norm, differing] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const step = Object.is(x[i], y[i]) ? 0 : Math.abs(x[i] - y[i]);
    if (!Object.is(x[i], y[i])) differing++;
    absolute = Number.isNaN(step) ? NaN : Math.max(absolute, step);
    squares += step * step;
    norm += y[i] * y[i];
  }
  const relativeL2 = squares === 0 ? 0 : Math.sqrt(squares / norm);
  return { absolute, relativeL2, differing, count: x.length };
}

function describe({ absolute, relativeL2, differing, count }: Distance): string {
  return `${differing} of ${count} values differ, by at most ${absolute.toPrecision(3)}, in relative L2 ${relativeL2.toPrecision(3)}`;
}

function valuesOf({ base64, kind }: PackedRecord): Uint8Array | Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return kind === 'floats' ? new Float32Array(bytes.buffer) : bytes;
}

function sha256(base64: string): string {
  return createHash('sha256').update(base64, 'base64').digest('hex').slice(0, 12);
}
