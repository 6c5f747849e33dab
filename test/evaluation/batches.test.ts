/** Which faces go on together: those that lack as many steps, of whatever transforms; and what is complete stays. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { batchesOf } from '../../evaluation/inverting.js';
import type { InversionState } from '../../src/inversion/codes.js';
import { TensorFile } from '../../src/io/safetensors.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const program = fileURLToPath(new URL('../../evaluation/run.js', import.meta.url));

/** What it says of its progress: the first step, as stderr is no terminal. */
function evaluate(steps: number, transforms: string, ...more: string[]): string {
  const words = ['--images', '2', '--methods', 'f/w+', '-o', work, '--steps', String(steps)];
  const { status, stderr } = spawnSync(
    process.execPath,
    [program, ...words, '--transforms', transforms, ...more],
    { encoding: 'utf8' },
  );
  assert.is(status, 0, stderr);
  return stderr;
}

const codes = (name: string) => join(work, 'fwplus', `${name}.safetensors`);
const timeOf = (name: string) => statSync(codes(name)).mtimeMs;
const stepOf = (name: string) =>
  Number(TensorFile.parse(new Uint8Array(readFileSync(codes(name)))).metadata.step);
const rows = (): { transform: string; psnr: number }[] =>
  JSON.parse(readFileSync(join(work, 'evaluation.json'), 'utf8')).rows;

const test = suite('batches of an evaluation');
test.after(() => rmSync(work, { recursive: true, force: true }));

test('a batch is of faces after as many steps; what is complete is in none', () => {
  const faces = [3, 0, 2, 3, 0, 2, 0, 2].map((step, name) => ({ name, state: { step } as InversionState }));
  const begun = [...faces, { name: 8, state: undefined }];
  const names = (most: number) => batchesOf(begun, 3, most).map((batch) => batch.map(({ name }) => name));
  assert.equal(names(2), [[1, 4], [6, 8], [2, 5], [7]]);
  assert.equal(names(80), [
    [1, 4, 6, 8],
    [2, 5, 7],
  ]);
  assert.equal(batchesOf(begun.slice(3, 4), 3, 2), []);
});

test('--resume inverts none anew that is complete, whatever the batch and the transforms', () => {
  evaluate(2, 'upright');
  const before = [timeOf('upright.00'), timeOf('upright.01')];
  const [{ psnr } = { psnr: Number.NaN }] = rows();
  rmSync(codes('upright.01'));
  // One of upright and both of shift5.
  assert.match(evaluate(2, 'upright,shift5', '--resume', '--batch', '4'), /upright and 1 more .*step 1\/2, /);
  assert.is(timeOf('upright.00'), before[0]);
  assert.ok(timeOf('upright.01') > before[1]!);
  assert.equal([stepOf('upright.01'), stepOf('shift5.00'), stepOf('shift5.01')], [2, 2, 2]);
  assert.equal(
    rows().map(({ transform }) => transform),
    ['upright', 'shift5'],
  );
  assert.ok(Math.abs(rows()[0]!.psnr - psnr) < 0.01, 'the face that was made again is the one that was lost');
});

test('faces after other steps go on from where they are', () => {
  rmSync(codes('shift5.01'));
  // Of upright two steps, of shift5 one face two and one none.
  assert.match(evaluate(3, 'upright,shift5', '--resume', '--batch', '4'), /upright and 1 more .*step 3\/3, /);
  const made = ['upright.00', 'upright.01', 'shift5.00', 'shift5.01'];
  assert.equal(made.map(stepOf), [3, 3, 3, 3]);
});

test.run();
