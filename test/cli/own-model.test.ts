/** Models of converted files on the command line, from the foreign checkpoint on. */
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encoderFile, lpipsAlexFile, styleGan1File, styleGan2File } from '../inversion/network-files.js';
import { isRefused, succeeds } from './command.js';
import { ownModel } from './own-model.js';

const own = await ownModel();
const { model, encoder, lpips, pnorm, whole, picture, work, at, put, invert, metricsIn } = own;
const formats = new URL('../../../test/fixtures/formats/', import.meta.url);

const test = suite('own model');

test.after(own.remove);

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
  assert.match(
    stderr,
    /Note +f starts at the base code of the mean code: this model has no base-code encoder/,
  );
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

// The other forms are converted and inverted in io/convert/.
for (const name of ['stylegan2-ada.pkl', 'stylegan1-idinvert.pth']) {
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

test('an encoder of pSp with the generator that is in its file', async () => {
  const fixture = fileURLToPath(new URL('psp.pt', formats));
  const [network, codes] = [at('decoder.safetensors'), at('psp.safetensors')];
  await succeeds(['convert', fixture, '--part', 'decoder', '-o', network]);
  const { stdout } = await succeeds(['convert', fixture, '--part', 'encoder', '-o', codes]);
  assert.ok(stdout.includes(`Next: fwplus invert IMAGE -o DIR --model GENERATOR --encoder ${codes}`));
  const words = ['--model', network, '--encoder', codes];
  const { stderr } = await succeeds(invert('psp', ...words));
  assert.match(stderr, /with encoder \(\w{8}\), 32×32/);
  assert.match(
    stderr,
    /Note +f starts at the base code of the encoder’s W\+ code: this model has no base-code/,
  );
  const wPlus = await succeeds(invert('psp in w+', ...words, '--space', 'w+'));
  assert.not.match(wPlus.stderr, /f starts/);
  await isRefused(invert('wrong', '--model', model, '--encoder', codes), {
    says: /a code of 8 rows of 5, the generator takes 6 of 32/,
    hints: /different generators/,
  });
});

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
  await isRefused(invert('wrong', '--model', model, '--pnorm', `${work}/`), {
    says: /is a folder, wanted a converted file/,
    hints: new RegExp(`fwplus convert ${work}/ -o ${work}\\.safetensors`),
  });
  await isRefused(invert('wrong', '--pnorm', 'yes'), { says: /--pnorm is 'yes', wanted/, code: 2 });
  await isRefused(invert('wrong', '--pnorm', 'clip', '--pnorm', 'none'), { says: /given twice/, code: 2 });
});

test.run();
