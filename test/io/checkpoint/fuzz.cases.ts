/** Good files with bytes changed, cut and put in: each is read or refused, and nothing else happens. */
import * as assert from 'uvu/assert';
import { FwplusError } from '../../../src/errors.js';
import { moduleTensors, PickledDict, PickledObject } from '../../../src/io/checkpoint/index.js';
import type { TestCase } from '../../harness/case.js';
import { readBytes } from './assemble.js';
import { checkpoint, describe } from './describe.js';

const ROUNDS = 300;
const SLOWEST = 5;

const files = [
  'zip.pt',
  'legacy.pt',
  'protocol0.pkl',
  'protocol2.pkl',
  'protocol5.pkl',
  'ada2.pkl',
  'ada4.pkl',
  'nested-zip.pkl',
  'tensorflow.pkl',
  'boundary.npy',
  'fortran.npy',
  'stored.npz',
  'deflated.npz',
];

/** Numbers below a bound, the same ones for the same seed (a linear congruence modulo 2^32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One to four changes: a bit, a byte, a number of 4 bytes, a cut, a piece put in twice or elsewhere, an end. */
function mutated(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(out.length);
    const length = 1 + next(16);
    const piece = out.slice(at, at + length);
    const to = next(out.length);
    switch (next(8)) {
      case 0:
        out[at] ^= 1 << next(8);
        break;
      case 1:
        out[at] = next(256);
        break;
      case 2:
        out.fill([0, 255, 127, 128][next(4)]!, at, at + 4);
        break;
      case 3:
        out = spliced(out, at, at + length, new Uint8Array(0));
        break;
      case 4:
        out = spliced(out, to, to, piece);
        break;
      case 5:
        out = spliced(out, to, to + length, piece);
        break;
      case 6:
        out = spliced(
          out,
          at,
          at,
          Uint8Array.from({ length }, () => next(256)),
        );
        break;
      case 7:
        if (next(4) === 0) out = out.slice(0, at);
        else out[at] = '().01RbcoQtue}]h'.charCodeAt(next(16));
        break;
    }
  }
  return out;
}

function spliced(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const end = bytes.subarray(Math.min(to, bytes.length));
  const out = new Uint8Array(from + piece.length + end.length);
  out.set(bytes.subarray(0, from));
  out.set(piece, from);
  out.set(end, from + piece.length);
  return out;
}

/** Reads everything there is; true where it could be read. */
async function readWhole(bytes: Uint8Array): Promise<boolean> {
  try {
    const { value } = await readBytes(bytes);
    if (value instanceof PickledDict) {
      for (const item of value.values()) if (item instanceof PickledObject) moduleTensors(item);
    }
    await describe(value);
    return true;
  } catch (error) {
    if (error instanceof FwplusError) return false;
    throw error;
  }
}

export const cases: TestCase[] = [
  ...files.map(
    (name, seed): TestCase => ({
      name: `${name}, changed ${ROUNDS} times`,
      seconds: 60,
      async run(t) {
        const good = await checkpoint(t, name);
        const next = random(seed + 1);
        assert.ok(await readWhole(good), 'the good file');
        let readable = 0;
        let slowest = 0;
        for (let round = 0; round < ROUNDS; round++) {
          const started = performance.now();
          const bytes = mutated(good, next);
          try {
            if (await readWhole(bytes)) readable++;
          } catch (error) {
            throw new Error(`round ${round}: ${String(error)}`, { cause: error });
          }
          slowest = Math.max(slowest, (performance.now() - started) / 1000);
        }
        assert.ok(slowest < SLOWEST, `the slowest took ${slowest} s`);
        assert.ok(readable < ROUNDS, 'some changes are noticed');
      },
    }),
  ),
  {
    name: 'cut at any byte, a file is refused',
    seconds: 60,
    async run(t) {
      for (const name of [
        'zip.pt',
        'legacy.pt',
        'ada4.pkl',
        'protocol2.pkl',
        'boundary.npy',
        'deflated.npz',
      ]) {
        const good = await checkpoint(t, name);
        for (let length = 0; length < good.length; length += Math.ceil(good.length / 400)) {
          assert.not(await readWhole(good.subarray(0, length)), `${name} cut to ${length} bytes`);
        }
      }
    },
  },
];
