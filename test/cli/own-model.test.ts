/** Models of converted files on the command line, from the foreign checkpoint on. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModelFile } from '../../src/inversion/load-files.js';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import {
  encoderFile,
  lpipsAlexFile,
  lpipsFile,
  pnormFile,
  styleGan1File,
  styleGan2File,
} from '../inversion/network-files.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, run, succeeds } from './command.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const put = (name: string, { bytes }: ModelFile) => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const formats = new URL('../../../test/fixtures/formats/', import.meta.url);

const picture = at('picture.png');
const model = put('generator.safetensors', styleGan2File());
const encoder = put('encoder.safetensors', encoderFile());
const lpips = put('lpips.safetensors', lpipsFile());
const pnorm = put('pnorm.safetensors', pnormFile());
const whole = ['--model', model, '--encoder', encoder, '--lpips', lpips, '--pnorm', pnorm];
const invert = (out: string, ...words: string[]) => [
  'invert',
  picture,
  '-o',
  at(out),
  '--steps',
  '2',
  ...words,
];
const metricsIn = (out: string) => JSON.parse(readFileSync(at(out, 'picture', 'metrics.json'), 'utf8'));

const test = suite('own model');

test.before(async () => writeFileSync(picture, await encodePng(drawing(40))));
test.after(() => rmSync(work, { recursive: true, force: true }));

test('with all parts nothing is missing, and it goes on with --resume', async () => {
  const { stderr } = await succeeds(invert('whole', ...whole));
  assert.match(
    stderr,
    /Model +tiny stylegan2 \(\w{8}\) with encoder, LPIPS, P-norm\+ \(\w{8}\), 16×16, StyleGAN2/,
  );
  assert.not.match(stderr, /Note/);
  const { methods } = metricsIn('whole');
  assert.equal(Object.keys(methods['f/w+']), ['psnr', 'perceptual', 'seconds', 'steps']);
  await succeeds([...invert('whole', ...whole), '--steps', '4', '--resume']);
  assert.is(metricsIn('whole').methods['f/w+'].steps, 4);
  await isRefused(
    [
      ...invert('whole', '--model', model),
      '--pnorm',
      pnorm,
      '--steps',
      '6',
      '--resume',
      '--pnorm',
      'penalty',
    ],
    {
      says: /is of the model 'tiny stylegan2 .* with encoder, LPIPS.*, this is/,
      hints: /all of its parts/,
    },
  );
});

test('codes are edited with the generator alone', async () => {
  await succeeds(invert('codes', ...whole));
  const codes = at('codes', 'picture', 'codes.fwplus.safetensors');
  const sefa = at('sefa.safetensors');
  await succeeds(['directions', 'sefa', '-o', sefa, '--model', model]);
  const edit = ['edit', codes, '-o', at('edited'), '--steps', '2'];
  await succeeds([...edit, '--model', model, '--direction', 'sefa-0', '--directions', sefa]);
  assert.ok(existsSync(at('edited', 'strip.png')));
  const other = put('other.safetensors', styleGan2File({ dtype: 'F16' }));
  await isRefused([...edit, '--model', other, '-d', `${sefa}:sefa-0`], {
    says: /is of the model 'tiny stylegan2/,
  });
});

test('what is missing is said, on the way, in the metrics and with the command that makes it', async () => {
  const { stderr } = await succeeds(invert('bare', '--model', model));
  assert.match(stderr, /Note +f starts at the base code of the mean code: this model has no encoder/);
  assert.match(stderr, /--encoder FILE/);
  assert.match(stderr, /Note +There is no perceptual term/);
  assert.match(stderr, /--lpips FILE/);
  assert.match(stderr, /Note +The P-norm\+ term is left out/);
  assert.ok(
    stderr.includes(`fwplus statistics ${model} -o pnorm.safetensors; then give --pnorm pnorm.safetensors`),
  );
  const { 'f/w+ free': found } = metricsIn('bare').methods;
  assert.equal(Object.keys(found), ['psnr', 'seconds', 'steps', 'notes']);
  assert.is(found.notes.length, 3);
  await isRefused(invert('clip', '--model', model, '--pnorm', 'clip'), {
    says: /P-norm\+ clipping needs P-norm\+ statistics/,
    hints: /fwplus statistics/,
  });
});

test('the demonstration leaves out what needs statistics', async () => {
  const { stdout } = await succeeds(['start', picture, '-o', at('start'), '--model', model, '--steps', '1']);
  assert.match(stdout, /W\+ .*none.*\nF\/W\+, unregularised .*none/);
  assert.not.match(stdout, /clipping/);
});

test('statistics are made, and used', async () => {
  const own = at('own.safetensors');
  const make = ['statistics', model, '-o', own, '--samples', '3000', '--seed', '7'];
  const { stderr, stdout } = await succeeds(make);
  assert.match(stderr, /samples .*3000\/3000/);
  assert.ok(stdout.includes(own), stdout);
  const made = TensorFile.parse(readFileSync(own), own);
  const { samples, seed, generator } = JSON.parse(made.metadata.options!);
  assert.equal([samples, seed], [3000, 7]);
  assert.match(generator, /^tiny stylegan2 \(\w{8}\)$/);
  const first = readFileSync(own);
  await succeeds([...make, '--quiet']);
  assert.equal(readFileSync(own), first);
  for (const form of [[], ['--pnorm', 'clip']])
    await succeeds(invert('stats', '--model', model, '--pnorm', own, ...form));
  assert.equal(Object.keys(metricsIn('stats').methods), ['f/w+', 'f/w+ clip']);
  const other = put('clamped.safetensors', styleGan2File({ options: { conv_clamp: 256 } }));
  await isRefused(invert('other', '--model', other, '--pnorm', own), {
    says: /statistics of 'tiny stylegan2/,
  });
});

test('statistics stop at Ctrl-C, are saved, and go on to the same bytes', async () => {
  const [out, straight] = [at('stopped.safetensors'), at('straight.safetensors')];
  const make = (file: string, ...words: string[]) => [
    'statistics',
    model,
    '-o',
    file,
    '--samples',
    '400000',
    ...words,
  ];
  let isSent = false;
  const { code, stderr } = await run(make(out), {
    onStderr: (text, child) => {
      if (isSent || !text.includes('samples  ')) return;
      isSent = true;
      child.kill('SIGINT');
    },
  });
  assert.is(code, 130, stderr);
  assert.match(stderr, /Interrupted and saved.*--resume/);
  assert.equal(
    readdirSync(work).filter((name) => name.includes('stopped')),
    ['stopped.partial.safetensors'],
  );
  await isRefused(make(out), {
    says: /stopped\.partial\.safetensors holds the work/,
    hints: /--resume.*--restart/,
  });
  await isRefused(make(out, '--resume', '--seed', '1'), { says: /made with --seed 0, not 1/ });
  await succeeds(make(out, '--resume'));
  assert.not.ok(existsSync(at('stopped.partial.safetensors')));
  await succeeds(make(straight));
  assert.equal(readFileSync(out), readFileSync(straight));
});

test('a StyleGAN1, an AlexNet and another base code', async () => {
  const older = put('stylegan1.safetensors', styleGan1File({ options: { final_tanh: true } }));
  const { stderr } = await succeeds(
    invert('older', '--model', older, '--encoder', encoder, '--base-size', '16'),
  );
  assert.match(stderr, /16×16, StyleGAN1/);
  // The encoder is taken to be for the side that is asked for: its file does not say.
  assert.not.match(stderr, /Note +f starts/);
  const stated = put('stated.safetensors', encoderFile({ options: { base_size: 8 } }));
  const other = await succeeds(
    invert('other-side', '--model', older, '--encoder', stated, '--base-size', '16'),
  );
  assert.match(other.stderr, /Note +f starts .*: the encoder is for s = 8, not 16/);
  const channels = { 4: 4, 8: 4, 16: 4, 32: 4 };
  const larger = put('larger.safetensors', styleGan2File({}, channels));
  const alex = put('alex.safetensors', lpipsAlexFile());
  await succeeds(invert('alex', '--model', larger, '--lpips', alex));
  assert.ok(metricsIn('alex').methods['f/w+ free'].perceptual >= 0);
});

for (const name of [
  'stylegan2-ada.pkl',
  'stylegan2-rosinality.pt',
  'stylegan1-idinvert.pth',
  'stylegan1-tensorflow.pkl',
]) {
  test(`${name}, from refusal over conversion to codes`, async () => {
    copyFileSync(new URL(name, formats), at(name));
    const converted = at(`converted ${name}.safetensors`);
    await isRefused(invert('raw', '--model', at(name)), {
      says: /a checkpoint as another program wrote it/,
      hints: new RegExp(`fwplus convert ${at(name)} -o ${at(name.replace(/\.[^.]*$/, '.safetensors'))}`),
    });
    await succeeds(['convert', at(name), '-o', converted]);
    const out = `from ${name}`;
    await succeeds([...invert(out, '--model', converted), '--steps', '5']);
    assert.is(metricsIn(out).methods['f/w+ free'].steps, 5);
    assert.match(metricsIn(out).model, /\(\w{8}\)$/);
  });
}

test('LPIPS from VGG16 and its linear weights', async () => {
  const [network, compared] = [at('rosinality.safetensors'), at('lpips of two files.safetensors')];
  const fixture = (name: string) => fileURLToPath(new URL(name, formats));
  await succeeds(['convert', fixture('stylegan2-rosinality.pt'), '-o', network]);
  await succeeds(['convert', fixture('vgg16.pth'), fixture('lpips_vgg.pth'), '-o', compared]);
  await succeeds(invert('perceptual', '--model', network, '--lpips', compared));
  assert.ok(metricsIn('perceptual').methods['f/w+ free'].perceptual > 0);
});

test('files in wrong places', async () => {
  await isRefused(invert('wrong', '--model', encoder), {
    says: /base-code encoder, wanted a StyleGAN/,
    hints: /--encoder/,
  });
  await isRefused(invert('wrong', '--model', model, '--encoder', lpips), {
    says: /LPIPS, wanted/,
    hints: /--lpips/,
  });
  await isRefused(invert('wrong', '--model', at('none.safetensors')), { says: /no model in|no such file/ });
  await isRefused(invert('wrong', '--model', model, '--encoder', at('none.pth')), { says: /no such file/ });
  await isRefused(['statistics', model], { says: /no output file/, code: 2 });
  await isRefused(['statistics', '-o', at('x.safetensors')], { says: /no model is given/, code: 2 });
  await isRefused(['statistics', model, '-o', at('x.npy')], { says: /ends with \.safetensors/, code: 2 });
  await isRefused(['statistics', model, '-o', at('x.safetensors'), '--samples', '32'], {
    says: /--samples is 32/,
  });
  await isRefused(invert('wrong', '--pnorm', 'yes'), { says: /--pnorm is 'yes', wanted/, code: 2 });
  await isRefused(invert('wrong', '--pnorm', 'clip', '--pnorm', 'none'), { says: /given twice/, code: 2 });
});

test.run();
