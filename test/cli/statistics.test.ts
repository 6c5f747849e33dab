/** `fwplus statistics`: made, used, stopped and gone on with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TensorFile } from '../../src/io/safetensors.js';
import { styleGan2File } from '../inversion/network-files.js';
import { isRefused, run, succeeds } from './command.js';
import { ownModel } from './own-model.js';

const own = await ownModel();
const { model, work, at, put, invert, metricsIn } = own;

const test = suite('statistics');

test.after(own.remove);

test('statistics are made, and used', async () => {
  const file = at('own.safetensors');
  const make = ['statistics', model, '-o', file, '--samples', '3000', '--seed', '7'];
  const { stderr, stdout } = await succeeds(make);
  assert.match(stderr, /samples .*3000\/3000/);
  assert.ok(stdout.includes(file), stdout);
  const made = TensorFile.parse(readFileSync(file), file);
  const { samples, seed, generator } = JSON.parse(made.metadata.options!);
  assert.equal([samples, seed], [3000, 7]);
  assert.match(generator, /^tiny stylegan2 \(\w{8}\)$/);
  const first = readFileSync(file);
  await succeeds([...make, '--quiet']);
  assert.equal(readFileSync(file), first);
  for (const form of [[], ['--pnorm', 'clip']])
    await succeeds(invert('stats', '--model', model, '--pnorm', file, ...form));
  assert.equal(Object.keys(metricsIn('stats').methods), ['f/w+', 'f/w+ clip']);
  const other = put('clamped.safetensors', styleGan2File({ options: { conv_clamp: 256 } }));
  await isRefused(invert('other', '--model', other, '--pnorm', file), {
    says: /statistics of 'tiny stylegan2/,
  });
});

/** Ctrl-C as soon as stderr has a text. */
function interruptedOnce(words: readonly string[], at = 'samples  ') {
  let isSent = false;
  return run(words, {
    onStderr: (text, child) => {
      if (isSent || !text.includes(at)) return;
      isSent = true;
      child.kill('SIGINT');
    },
  });
}

test('statistics stop at Ctrl-C, are saved, and go on to the same bytes', async () => {
  const [out, straight] = [at('stopped.safetensors'), at('straight.safetensors')];
  const make = (file: string, ...words: string[]) => [
    'statistics',
    model,
    '-o',
    file,
    '--samples',
    '60000',
    ...words,
  ];
  const { code, stderr } = await interruptedOnce(make(out));
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
  const early = await interruptedOnce(make(out, '--restart'), 'Model');
  assert.is(early.code, 130, early.stderr);
  assert.match(early.stderr, /before there was anything new to save/);
  assert.not.ok(existsSync(at('stopped.partial.safetensors')), 'thrown away');

  assert.is((await interruptedOnce(make(out))).code, 130);
  await succeeds(make(out, '--resume'));
  assert.not.ok(existsSync(at('stopped.partial.safetensors')));
  await succeeds(make(straight));
  assert.equal(readFileSync(out), readFileSync(straight));
});

test('a wrong command line', async () => {
  await isRefused(['statistics', model], { says: /no output file/, code: 2 });
  await isRefused(['statistics', model, '-o', at('x.safetensors'), '--pnorm', 'clip'], {
    says: /statistics takes no --pnorm/,
    code: 2,
  });
  await isRefused(['statistics', '-o', at('x.safetensors')], { says: /no model is given/, code: 2 });
  await isRefused(['statistics', model, '-o', at('x.npy')], { says: /ends with \.safetensors/, code: 2 });
  await isRefused(['statistics', model, '-o', at('x.safetensors'), '--samples', '32'], {
    says: /--samples is 32/,
  });
});

test.run();
