/** `fwplus edit` and `fwplus directions`: what they write, and what they refuse. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fit } from '../../src/io/fit.js';
import { decodePng, encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, run, succeeds } from './command.js';
import { writeModel } from './model-folder.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const model = ['--model', at('model')];
const codes = at('results', 'picture', 'codes.fwplus.safetensors');
const full = at('results', 'picture', 'codes.wplus.safetensors');
const out = at('edited');

const vector = (value: number) => new Float32Array(32).fill(value);
const edit = (path: string, ...more: string[]) => ['edit', path, '-o', out, ...model, ...more];
const picture = async (...names: string[]) => decodePng(new Uint8Array(readFileSync(at(...names))));

const test = suite('edit');

test.before(async () => {
  await writeModel(at('model'), {
    directions: [
      { name: 'up', description: 'higher', vector: vector(0.5), rows: { from: 0, to: 5 } },
      { name: 'early', description: 'coarse rows only', vector: vector(1), rows: { from: 0, to: 1 } },
    ],
  });
  await writeModel(at('other'), { version: '2' });
  writeFileSync(at('picture.png'), await encodePng(drawing(40)));
  const invert = ['invert', at('picture.png'), '-o', at('results'), '--steps', '2', ...model];
  await succeeds(invert);
  await succeeds([...invert, '--space', 'w+']);
});

test.after.each(() => rmSync(out, { recursive: true, force: true }));
test.after(() => rmSync(work, { recursive: true, force: true }));

test('a sweep: pictures in order, a strip, an animation; the middle is the reconstruction', async () => {
  await succeeds(edit(codes, '-d', 'up', '--from', '-2', '--to=2', '--steps', '5', '--save-codes'));
  const labels = ['00_-2', '01_-1', '02_0', '03_+1', '04_+2'];
  const wanted = labels.flatMap((label) => [`${label}.png`, `${label}.safetensors`]);
  assert.equal(readdirSync(out).sort(), [...wanted, 'animation.png', 'strip.png'].sort());
  const reconstruction = await picture('results', 'picture', 'reconstruction.fwplus.png');
  assert.equal((await picture('edited', '02_0.png')).data, reconstruction.data);
  assert.not.equal((await picture('edited', '04_+2.png')).data, reconstruction.data);
  const detail = (path: string) =>
    TensorFile.parse(new Uint8Array(readFileSync(path)), path).floats('detail_code');
  const [before, after] = [detail(codes), detail(join(out, '04_+2.safetensors'))];
  assert.equal(after.slice(0, 64), before.slice(0, 64), 'rows that f stands for');
  assert.ok(after.slice(64).every((value, i) => Math.abs(value - before[64 + i]! - 1) < 1e-5));
  await succeeds(edit(join(out, '04_+2.safetensors'), '-d', 'up', '--steps', '1'));
});

test('pictures of an earlier edit stay, and are said', async () => {
  await succeeds(edit(codes, '-d', 'up', '--steps', '3'));
  const { stderr } = await succeeds(edit(codes, '-d', 'up', '--from', '0', '--steps', '2'));
  assert.match(stderr, /still holds 3 files of another edit: 0\d_/);
  assert.equal(readdirSync(out).filter((name) => /^\d/.test(name)).length, 5);
});

test('a file of directions below a folder with an equals sign', async () => {
  const odd = at('a=b', 'sefa.safetensors');
  await succeeds(['directions', 'sefa', '-o', odd, '--count', '1', ...model]);
  const { stdout } = await succeeds(edit(codes, '-d', `${odd}:sefa-0=0.5`, '--steps', '1'));
  assert.match(stdout, /0\.5 × sefa-0/);
});

test('several directions at once, each with its factor', async () => {
  const { stdout } = await succeeds(
    edit(codes, '-d', 'up', '-d', 'up=-1', '--from', '3', '--to', '3', '--steps', '1', '--rows', '2-4'),
  );
  assert.match(stdout, /up and -1 × up/);
  const reconstruction = await picture('results', 'picture', 'reconstruction.fwplus.png');
  assert.equal((await picture('edited', '00_+3.png')).data, reconstruction.data, 'they cancel');
});

test('SeFa directions are made, and used from their file', async () => {
  const { stdout } = await succeeds([
    'directions',
    'sefa',
    '-o',
    at('sefa.safetensors'),
    '--count',
    '3',
    ...model,
  ]);
  assert.match(stdout, /sefa-2/);
  assert.match(stdout, /rows 2-5/);
  await succeeds(edit(codes, '-d', `${at('sefa.safetensors')}:sefa-1`, '--steps', '2'));
  assert.ok(existsSync(join(out, 'strip.png')));
});

test('directions lists what the model has', async () => {
  const { stdout } = await succeeds(['directions', ...model]);
  assert.match(stdout, /up\s+rows 0-5\s+higher/);
  assert.match((await succeeds(['directions', '--model', at('other')])).stdout, /no named directions/);
});

test('style mixing and interpolation', async () => {
  await succeeds(edit(codes, '--mix', full, '--rows', '4-5'));
  assert.equal(readdirSync(out).sort(), ['00_as-it-is.png', '01_mixed.png', 'animation.png', 'strip.png']);
  await succeeds(edit(codes, '--interpolate', codes, '--steps', '3'));
  const reconstruction = await picture('results', 'picture', 'reconstruction.fwplus.png');
  assert.equal((await picture('edited', '01_0.50.png')).data, reconstruction.data);
});

test('pasting gives pictures of the photo’s own size', async () => {
  await succeeds(
    edit(codes, '-d', 'up', '--steps', '2', '--from', '0', '--to', '2', '--paste', at('picture.png')),
  );
  const pasted = await picture('edited', 'pasted-00_0.png');
  assert.equal([pasted.width, pasted.height], [40, 40]);
  assert.equal(pasted.data, drawing(40).data, 'nothing was changed');
  assert.not.equal((await picture('edited', 'pasted-01_+2.png')).data, drawing(40).data);
});

test('a photo that the codes are not of is said; the right one is not', async () => {
  writeFileSync(at('wide.png'), await encodePng(fit(drawing(40), 60, 'squash').image));
  const words = edit(codes, '-d', 'up', '--steps', '2', '--paste');
  const { stderr } = await succeeds([...words, at('wide.png'), '--fit', 'pad']);
  assert.match(stderr, /Note .*wide\.png, fitted by pad, is not exactly the picture/);
  assert.not.match((await succeeds([...words, at('picture.png')])).stderr, /Note/);
});

test('interrupted: nothing is written', async () => {
  let sent = false; // a second signal would end it at once
  const { code, stderr } = await run(edit(codes, '-d', 'up', '--steps', '1000'), {
    onStderr: (text, child) => {
      if (!sent && /Model/.test(text)) sent = child.kill('SIGINT');
    },
  });
  assert.is(code, 130, stderr);
  assert.match(stderr, /Interrupted/);
  assert.not.ok(existsSync(out));
});

test('what cannot be done is refused, and nothing is written', async () => {
  const cases: [string[], RegExp, number][] = [
    [edit(codes), /nothing to do/, 2],
    [edit(codes, '-d', 'up', '--mix', full), /more than one thing/, 2],
    [['edit', '-o', out, '-d', 'up'], /no file of codes/, 2],
    [['edit', codes, '-d', 'up', ...model], /no output folder/, 2],
    [edit(codes, '-d', 'left'), /no direction 'left'/, 1],
    [edit(codes, '-d', 'early'), /'early' acts on rows 0-1 alone/, 1],
    [edit(codes, '-d', 'up=much'), /factor is 'much'/, 2],
    [edit(codes, '-d', 'up', '--from', 'low'), /--from is 'low'/, 2],
    [edit(codes, '-d', 'up', '--rows', '1-3'), /Rows 1-3 cannot be edited in F\/W\+/, 1],
    [edit(codes, '-d', 'up', '--rows', '4-9'), /rows 0-5/, 1],
    [edit(codes, '-d', 'up', '--rows', 'all'), /'all' is no range of rows/, 1],
    [edit(codes, '--interpolate', full), /different latent spaces/, 1],
    [edit(at('picture.png'), '-d', 'up'), /picture\.png/, 1],
    [edit(codes, '-d', `${codes}:up`), /holds no directions/, 1],
    [edit(codes, '-d', 'up', '--paste', at('none.png')), /none\.png/, 1],
    [['edit', codes, '-o', out, '-d', 'up', '--model', at('other')], /of the model 'random 1/, 1],
    [['directions', 'sefa', ...model], /no output file/, 2],
    [edit(codes, '--interpolate', codes, '--rows', '3-4'), /takes no --rows/, 2],
    [edit(codes, '-d', 'up', '--steps', '1001'), /at most 1000/, 2],
    [['directions', 'sefa', '-o', at('sefa.bin'), ...model], /output file is/, 2],
    [['directions', 'sefa', '-o', at('s.safetensors'), '--rows', '4-9', ...model], /no rows 4-9/, 1],
    [['directions', 'pca', ...model], /no 'pca'/, 2],
  ];
  for (const [words, says, code] of cases) {
    await isRefused(words, { says, code });
    assert.not.ok(existsSync(out), words.join(' '));
  }
});

test.run();
