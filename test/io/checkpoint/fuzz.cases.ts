/** Good files with bytes changed, cut and put in: each is read or refused, and nothing else happens. */
import * as assert from 'uvu/assert';
import { FwplusError } from '../../../src/errors.js';
import { moduleTensors, PickledDict, PickledObject } from '../../../src/io/checkpoint/index.js';
import type { TestCase } from '../../harness/case.js';
import { readBytes } from './assemble.js';
import { checkpoint, describe } from './describe.js';
import { mutated, random } from './mutate.js';

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
