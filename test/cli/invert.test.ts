/** A run from beginning to end, and one that is interrupted. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { run, succeeds } from './command.js';
import { writeModel } from './model-folder.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const model = at('model');
const picture = at('picture.png');

const test = suite('invert');

test.before(async () => {
  await writeModel(model);
  writeFileSync(picture, await encodePng(drawing(40)));
});

test.after(() => rmSync(work, { recursive: true, force: true }));

/** All tensors of a file; its metadata hold the seconds, which are never the same. */
function tensors(path: string): Record<string, string> {
  const file = TensorFile.parse(new Uint8Array(readFileSync(path)));
  return Object.fromEntries(
    [...file.keys()].map((key) => [key, Buffer.from(file.raw(key)).toString('base64')]),
  );
}

test('writes its files, says where, and ends by itself', async () => {
  const out = at('one');
  const { stdout } = await succeeds(['invert', picture, '-o', out, '--steps', '3', '--model', model]);
  assert.match(stdout, /F\/W\+ +\d+\.\d\d dB/);
  assert.ok(stdout.includes(out), stdout);
  for (const name of [
    'codes.fwplus.safetensors',
    'reconstruction.fwplus.png',
    'target.png',
    'sheet.png',
    'loss.svg',
    'loss.png',
  ])
    assert.ok(existsSync(join(out, name)), name);
  const metrics = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
  assert.equal(Object.keys(metrics), ['adapter', 'model', 'image', 'methods']);
  assert.match(metrics.model, /^random 1/);
  assert.is(metrics.image, 'picture');
  assert.is(metrics.methods['f/w+'].steps, 3);
  for (const key of ['psnr', 'perceptual', 'seconds'])
    assert.ok(Number.isFinite(metrics.methods['f/w+'][key]), key);
});

test('several pictures go into folders of their names; --quiet says nothing on the way', async () => {
  const other = at('other.png');
  writeFileSync(other, await encodePng(drawing(48, 50)));
  const out = at('two');
  const { stderr } = await succeeds([
    'invert',
    picture,
    other,
    '-o',
    out,
    '--steps',
    '1',
    '--space',
    'w+',
    '--quiet',
    '--model',
    model,
  ]);
  assert.not.match(stderr, /Adapter|Picture|steps/);
  for (const name of ['picture', 'other'])
    assert.ok(existsSync(join(out, name, 'codes.wplus.safetensors')), name);
});

test('Ctrl-C saves and ends with 130; --resume goes on to the same bytes', async () => {
  const words = ['invert', picture, '--steps', '600', '--model', model];
  const whole = at('whole');
  await succeeds([...words, '-o', whole]);
  const out = at('interrupted');
  let sent = false;
  const stopped = await run([...words, '-o', out], {
    onStderr: (text, child) => {
      if (sent || !text.includes('Picture')) return;
      sent = true;
      setTimeout(() => child.kill('SIGINT'), 300);
    },
  });
  assert.is(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /Interrupted and saved\. The same command with --resume goes on/);
  const partial = join(out, 'codes.fwplus.partial.safetensors');
  const { metadata } = TensorFile.parse(new Uint8Array(readFileSync(partial)));
  const step = Number(metadata.step);
  // Where kernels compile slowly this may be before the first step; resuming must hold there, too.
  assert.ok(step < 600, `stopped at step ${step}`);
  assert.not.ok(existsSync(join(out, 'codes.fwplus.safetensors')), 'half a result is not a result');

  await succeeds([...words, '-o', out, '--resume']);
  assert.not.ok(existsSync(partial), 'what is finished is no longer partial');
  assert.equal(
    tensors(join(out, 'codes.fwplus.safetensors')),
    tensors(join(whole, 'codes.fwplus.safetensors')),
  );
});

test('help', async () => {
  for (const words of [['--help'], ['invert', '--help'], ['doctor', '-h']]) {
    const { stdout } = await succeeds(words);
    assert.match(stdout, /fwplus (invert|doctor)/);
  }
  assert.is((await run([])).code, 2);
});

test('doctor finds an adapter that computes', async () => {
  const { stdout } = await succeeds(['doctor']);
  assert.match(stdout, /Self-test +a kernel ran and gave the right numbers/);
});

test.run();
