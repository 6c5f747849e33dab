/** Runs from beginning to end, and ones that are interrupted. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { type Ended, isRefused, run, snapshot, succeeds } from './command.js';
import { writeModel } from './model-folder.js';
import { withBackend } from './webgpu-stub.js';

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

function metricsIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'));
}

/** Runs a command and sends it a signal as soon as stderr shows `when`. */
function interrupted(words: readonly string[], signal: NodeJS.Signals, when: RegExp): Promise<Ended> {
  let sent = false;
  return run(words, {
    onStderr: (text, child) => {
      if (sent || !when.test(text)) return;
      sent = true;
      child.kill(signal);
    },
  });
}

test('writes its files, says where, and ends by itself', async () => {
  const out = at('one');
  const folder = join(out, 'picture');
  const { stdout } = await succeeds(['invert', picture, '-o', out, '--steps', '3', '--model', model]);
  assert.match(stdout, /F\/W\+ +\d+\.\d\d dB/);
  assert.ok(stdout.includes(folder), stdout);
  for (const name of [
    'codes.fwplus.safetensors',
    'reconstruction.fwplus.png',
    'target.png',
    'sheet.png',
    'loss.svg',
    'loss.png',
  ])
    assert.ok(existsSync(join(folder, name)), name);
  assert.not.ok(existsSync(join(folder, 'codes.fwplus.partial.safetensors')));
  const metrics = metricsIn(folder);
  assert.equal(Object.keys(metrics), ['adapter', 'model', 'image', 'target', 'methods']);
  assert.match(metrics.model, /^random 1/);
  assert.match(metrics.target, /^[0-9a-f]{64}$/);
  assert.is(metrics.image, 'picture');
  assert.is(metrics.methods['f/w+'].steps, 3);
  for (const key of ['psnr', 'perceptual', 'seconds'])
    assert.ok(Number.isFinite(metrics.methods['f/w+'][key]), key);
});

test('a second method joins the first in metrics.json; one of another picture does not', async () => {
  const out = at('methods');
  const words = (path: string, space: string) =>
    ['invert', path, '-o', out, '--steps', '1', '--space', space, '--model', model, '--quiet'] as const;
  await succeeds(words(picture, 'w+'));
  await succeeds(words(picture, 'f/w+'));
  assert.equal(Object.keys(metricsIn(join(out, 'picture')).methods), ['w+', 'f/w+']);
  mkdirSync(at('elsewhere'));
  const other = at('elsewhere', 'picture.png');
  writeFileSync(other, await encodePng(drawing(40, 30)));
  const { stderr } = await succeeds(words(other, 'w+').slice(0, -1));
  assert.match(stderr, /Note .*picture still holds codes of another picture or model: F\/W\+\./);
  assert.equal(Object.keys(metricsIn(join(out, 'picture')).methods), ['w+']);
});

test('several pictures go into folders of their names; --quiet says nothing on the way', async () => {
  const other = at('other.png');
  writeFileSync(other, await encodePng(drawing(48, 50)));
  const out = at('two');
  const words = ['invert', picture, other, '-o', out, '--steps', '1', '--space', 'w+', '--quiet'];
  const { stderr } = await succeeds([...words, '--model', model]);
  assert.not.match(stderr, /Adapter|Picture|steps/);
  for (const name of ['picture', 'other'])
    assert.ok(existsSync(join(out, name, 'codes.wplus.safetensors')), name);
});

test('Ctrl-C saves and ends with 130; --resume goes on to the same bytes', async () => {
  const words = ['invert', picture, '--steps', '600', '--model', model];
  const whole = at('whole');
  await succeeds([...words, '-o', whole]);
  const out = at('interrupted');
  const stopped = await interrupted([...words, '-o', out], 'SIGINT', / 1\/600/);
  assert.is(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /Interrupted and saved\. The same command with --resume goes on/);
  const partial = join(out, 'picture', 'codes.fwplus.partial.safetensors');
  const { metadata } = TensorFile.parse(new Uint8Array(readFileSync(partial)));
  const step = Number(metadata.step);
  assert.ok(step > 0 && step < 600, `stopped at step ${step}`);
  const codes = join('picture', 'codes.fwplus.safetensors');
  assert.not.ok(existsSync(join(out, codes)), 'half a result is not a result');
  const before = snapshot(out);
  await isRefused([...words, '-o', out], { says: /holds the work of an earlier run/ });
  assert.equal(snapshot(out), before);

  await succeeds([...words, '-o', out, '--resume']);
  assert.not.ok(existsSync(partial), 'what is finished is no longer partial');
  assert.equal(tensors(join(out, codes)), tensors(join(whole, codes)));
});

test('SIGTERM and SIGHUP save as Ctrl-C does, and end with 143 and 129', async () => {
  if (process.platform === 'win32') return;
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const out = at(signal);
    const words = ['invert', picture, '--steps', '5000', '--model', model, '-o', out];
    const { code: found, stderr } = await interrupted(words, signal, / 1\/5000/);
    assert.is(found, code, stderr);
    assert.ok(existsSync(join(out, 'picture', 'codes.fwplus.partial.safetensors')), signal);
  }
});

test('interrupted before the first step: nothing is saved, and nothing that was saved is lost', async () => {
  const out = at('early');
  const words = ['invert', picture, '--steps', '600', '--model', model, '-o', out];
  const stopped = await interrupted(words, 'SIGINT', /Model/);
  assert.is(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /before there was anything new to save/);
  assert.equal(snapshot(out), {});
});

test('interrupted when all is done: it ends as if nothing had been', async () => {
  const out = at('late');
  const words = ['invert', picture, '--steps', '1', '--model', model, '-o', out];
  const { code, stderr } = await interrupted(words, 'SIGINT', / 1\/1 /);
  assert.is(code, 0, stderr);
  assert.ok(existsSync(join(out, 'picture', 'metrics.json')));
});

test('--resume with nothing there says so; with a finished run it goes on to more steps', async () => {
  const out = at('more');
  const words = ['invert', picture, '--model', model, '-o', out, '--resume'];
  const { stderr } = await succeeds([...words, '--steps', '2']);
  assert.match(stderr, /nothing to go on from in .*, starting anew/);
  assert.not.match((await succeeds([...words, '--steps', '4'])).stderr, /nothing to go on from/);
  assert.is(metricsIn(join(out, 'picture')).methods['f/w+'].steps, 4);
});

test('--resume says where another adapter computed the first steps', async () => {
  const out = at('moved');
  const words = ['invert', picture, '--model', model, '-o', out];
  await succeeds([...words, '--steps', '1']);
  const env = withBackend(work, 'disguised(create(flags))');
  const { stderr } = await succeeds([...words, '--steps', '2', '--resume'], { env });
  assert.match(stderr, /Note .*codes\.fwplus\.safetensors: it was computed on .*, this is Abacus/);
  assert.match(stderr, /not to the same bytes/);
});

test('start compares three methods in the folder itself, and goes on after an interruption', async () => {
  const out = at('start');
  const words = ['start', picture, '-o', out, '--steps', '40', '--model', model];
  const stopped = await interrupted(words, 'SIGINT', /w\+ clip .* 1\/40 /);
  assert.is(stopped.code, 130, stopped.stderr);
  assert.not.ok(existsSync(join(out, 'codes.wplus.safetensors')), 'no result before all are there');
  const { stdout } = await succeeds([...words, '--resume']);
  assert.match(stdout, /F\/W\+ +\d/);
  assert.equal(Object.keys(metricsIn(out).methods), ['w+', 'w+ clip', 'f/w+']);
  const names = Object.keys(snapshot(out));
  assert.is(names.length, 11, names.join('\n'));
});

test('--profile ends with a table of kernels', async () => {
  const words = ['invert', picture, '--model', model, '-o', at('profile'), '--steps', '1', '--profile'];
  const { stdout } = await succeeds(words);
  assert.match(stdout, /kernel +calls +ms +GFLOP\/s\n(?:.*\n)*all +\d+ +\d+\.\d+|No profile: /);
});

test('help and version', async () => {
  for (const words of [
    ['--help'],
    ['invert', '--help'],
    ['doctor', '-h'],
    ['help', 'invert'],
    ['-h', 'start'],
  ]) {
    const { stdout } = await succeeds(words);
    assert.match(stdout, /fwplus (invert|doctor|start)/);
  }
  assert.is((await run([])).code, 2);
  assert.match((await succeeds(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('doctor finds an adapter that computes, and options may stand before it', async () => {
  const { stdout } = await succeeds(['--stack', 'doctor', '--model', model]);
  assert.match(stdout, /Self-test +a kernel ran and gave the right numbers/);
  assert.match(stdout, /Model +random 1 .*sha256 as in its manifest/);
  assert.match(stdout, /Chromium +\S/);
  const { code, stdout: said } = await run(['doctor', '--model', at('none')]);
  assert.is(code, 1);
  assert.match(said, /Model +missing or damaged/);
});

test.run();
