/** The evaluation as a user runs it, as small as it gets; and the scorer against PyTorch. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFaces } from '../../evaluation/faces.js';
import { Scorer } from '../../evaluation/scorer.js';
import { openDevice } from '../../src/engine/device.js';
import { TensorFile } from '../../src/io/safetensors.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const program = fileURLToPath(new URL('../../evaluation/run.js', import.meta.url));
const json = join(work, 'found.json');

function evaluate(...words: string[]): string {
  const common = [
    '--images',
    '1',
    '--methods',
    'f/w+',
    '--transforms',
    'upright,turn20',
    '-o',
    work,
    '--json',
    json,
  ];
  return execFileSync(process.execPath, [program, ...common, ...words], { encoding: 'utf8', stdio: 'pipe' });
}

const found = () => JSON.parse(readFileSync(json, 'utf8'));

const test = suite('evaluation');
test.after(() => rmSync(work, { recursive: true, force: true }));

test('rows, edits, a table, a figure; --resume makes only what is missing', () => {
  const table = evaluate('--steps', '2');
  assert.match(table, /F\/W\+/);
  const { rows, edits, steps, images, complete, adapter, driver } = found();
  assert.equal([steps, images, complete, typeof adapter], [2, 1, false, 'string']);
  assert.ok(adapter.includes(driver), 'the driver in its own words, not the name of the card');
  assert.equal(
    rows.map(({ method, transform }: { method: string; transform: string }) => [method, transform]),
    [
      ['f/w+', 'upright'],
      ['f/w+', 'turn20'],
    ],
  );
  assert.ok(
    rows.every(({ psnr, perceptual }: { psnr: number; perceptual: number }) => psnr > 5 && perceptual > 0),
  );
  assert.ok(edits.length > 0 && edits.length % 2 === 0);
  assert.ok(statSync(join(work, 'figure.png')).size > 1000);

  const codes = readdirSync(join(work, 'fwplus')).map((name) => join(work, 'fwplus', name));
  const times = () => codes.filter(existsSync).map((path) => statSync(path).mtimeMs);
  const [before, once] = [times(), readFileSync(json, 'utf8')];
  evaluate('--steps', '2', '--resume');
  assert.equal(times(), before, 'nothing was inverted again');
  assert.is(readFileSync(json, 'utf8'), once);
  evaluate('--steps', '3', '--resume');
  assert.ok(times().every((time, at) => time > before[at]!));
  assert.is(found().rows[0].steps, 3);
  assert.throws(() => evaluate('--steps', '2', '--resume'), /has 3 steps, wanted 2/);
  rmSync(codes[1]!);
  writeFileSync(json, readFileSync(json, 'utf8').replace('"steps": 2', '"steps": 3'));
  evaluate('--steps', '3', '--resume');
  assert.not.ok(existsSync(codes[1]!), 'rows whose codes are gone are kept as they are');
  assert.is(found().rows.length, 2);
  const untouched = times().slice(0, 1);
  assert.throws(() => evaluate('--steps', '4', '--resume'), /holds steps 3, not 4/);
  assert.equal(times().slice(0, 1), untouched, 'and nothing is inverted before that is said');
  const kept = readFileSync(json, 'utf8');
  evaluate('--steps', '3', '--resume', '--transforms', 'turn20');
  assert.is(readFileSync(json, 'utf8'), kept, 'rows of what was not asked for stay, in their place');
  assert.throws(
    () => evaluate('--steps', '4', '--resume', '--transforms', 'turn20'),
    /holds steps 3, not 4/,
    'nor are they lost to a run under other conditions',
  );
  copyFileSync(codes[0]!, codes[1]!);
  assert.throws(() => evaluate('--steps', '3', '--resume'), /is of another picture/);
});

test('the scorer says what PyTorch says', async () => {
  const device = await openDevice();
  const scorer = await Scorer.build(device, new Uint8Array(readFileSync('evaluation/scorer.safetensors')), 3);
  const faces = await readFaces(64);
  const images = ['upright', 'shift10', 'turn20', 'scale3/4'].map(
    (transform, at) => faces.images(transform)[at]!,
  );
  const scores = (await scorer.score(images)).flatMap((each) => scorer.names.map((name) => each[name]!));
  const path = 'test/fixtures/scorer.safetensors';
  const wanted = TensorFile.parse(new Uint8Array(readFileSync(path)), path).floats('scores');
  assert.is(scores.length, wanted.length);
  for (const [at, value] of scores.entries())
    assert.ok(Math.abs(value - wanted[at]!) < 1e-4, scorer.names[at % scorer.names.length]);
  assert.ok(scorer.reliable.length >= 8 && scorer.reliable.every((name) => scorer.names.includes(name)));
  scorer.destroy();
  device.destroy();
});

test.run();
