/** Good files with bytes changed, cut and put in, through all of a conversion: each is converted or refused, and nothing else happens. */
import * as assert from 'uvu/assert';
import { FwplusError } from '../../../src/errors.js';
import type { TestCase } from '../../harness/case.js';
import { mutated, random } from '../checkpoint/mutate.js';
import { convertBytes, formatFile } from './converted.js';

const ROUNDS = 60;
/** Seconds for one file; the machine may be busy. */
const SLOWEST = 10;

const files = [
  'stylegan2-ada.pkl',
  'stylegan2-ada.pt',
  'stylegan2-rosinality.pt',
  'stylegan2-genforce.pth',
  'stylegan2-tensorflow.pkl',
  'stylegan1-idinvert.pth',
  'stylegan1-tensorflow.pkl',
  'psp.pt',
  'vgg16.pth',
  'expression.npy',
  'ganspace.npz',
];

/** True where the file was converted. */
async function isConverted(name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await convertBytes(name, bytes);
    return true;
  } catch (error) {
    if (error instanceof FwplusError) return false;
    throw error;
  }
}

/** Changes in what describes the tensors, not in their values: there they would rarely meet anything. */
function mutatedAround(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const head = 4096;
  if (bytes.length < 4 * head || next(3) === 0) return mutated(bytes, next);
  const from = next(2) === 0 ? 0 : bytes.length - head;
  const changed = mutated(bytes.slice(from, from + head), next);
  const out = new Uint8Array(bytes.length - head + changed.length);
  out.set(bytes.subarray(0, from));
  out.set(changed, from);
  out.set(bytes.subarray(from + head), from + changed.length);
  return out;
}

export const cases: TestCase[] = files.map((name, seed) => ({
  name: `${name}, changed ${ROUNDS} times`,
  seconds: 120,
  async run(t) {
    const good = await formatFile(t, name);
    assert.ok(await isConverted(name, good), 'the good file');
    const next = random(seed + 1);
    let converted = 0;
    let slowest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutatedAround(good, next);
      const started = performance.now();
      try {
        if (await isConverted(name, bytes)) converted++;
      } catch (error) {
        throw new Error(`round ${round}: ${String(error)}`, { cause: error });
      }
      slowest = Math.max(slowest, (performance.now() - started) / 1000);
    }
    assert.ok(slowest < SLOWEST, `the slowest took ${slowest} s`);
    assert.ok(converted < ROUNDS, 'some changes are noticed');
    t.log(`${name}: ${converted} of ${ROUNDS} converted, the slowest in ${slowest.toFixed(2)} s`);
  },
}));
