/** Runs from beginning to end. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { disguisedAs, ownDisguise } from '../harness/disguise/as.js';
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

function metricsIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'));
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
  const env = disguisedAs(ownDisguise === 'bare' ? 'hardware' : 'bare');
  const { stderr } = await succeeds([...words, '--steps', '2', '--resume'], { env });
  assert.match(stderr, /Note .*codes\.fwplus\.safetensors: it was computed on .*, this is (bare )?card/);
  assert.match(stderr, /not to the same bytes/);
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
