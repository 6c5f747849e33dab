/** `fwplus tune`, and what the other commands make of what it remembers. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, run, succeeds } from './command.js';
import { writeModel } from './model-folder.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const model = at('model');
const picture = at('picture.png');

const { XDG_CACHE_HOME = join(homedir(), '.cache'), MESA_SHADER_CACHE_DIR = XDG_CACHE_HOME } = process.env;

/** A cache folder of its own for what is remembered; the driver keeps its compiled shaders where it has them. */
function remembering(name: string) {
  mkdirSync(at(name), { recursive: true });
  const file = at(name, 'fwplus', 'tuning.json');
  return { env: { XDG_CACHE_HOME: at(name), MESA_SHADER_CACHE_DIR }, file };
}

interface Remembered {
  format: string;
  adapters: Record<string, Record<string, string>>;
}

const read = (file: string): Remembered => JSON.parse(readFileSync(file, 'utf8'));

const test = suite('tune');

test.before(async () => {
  await writeModel(model);
  writeFileSync(picture, await encodePng(drawing(40)));
});

test.after(() => rmSync(work, { recursive: true, force: true }));

test('what is raced is remembered, and doctor counts it', async () => {
  const { env, file } = remembering('raced');
  const { stdout, stderr } = await succeeds(['tune', '--seconds', '1', '--model', model], { env });
  assert.match(stderr, /\n1\/\d+ .*\dx\d s\d p\d .*: \w/);
  const [, count] = /(\d+) shapes raced; for \d+ of them/.exec(stdout)!;
  assert.ok(stdout.includes(`Remembered in ${file}`), stdout);
  const { adapters } = read(file);
  const [choices] = Object.values(adapters);
  assert.is(Object.keys(adapters).length, 1);
  assert.is(Object.keys(choices!).length, Number(count));
  const doctor = await succeeds(['doctor', '--model', model], { env });
  assert.match(doctor.stdout, new RegExp(`Tuning +fastest plans known for ${count} shapes from fwplus tune`));
});

test('a resumed inversion runs the plans that it was begun with, whatever is remembered by then', async () => {
  const { env, file } = remembering('resumed');
  const words = ['invert', picture, '--model', model];
  await succeeds([...words, '-o', at('whole'), '--steps', '4'], { env });
  await succeeds([...words, '-o', at('half'), '--steps', '2'], { env });
  const codes = (folder: string) => at(folder, 'picture', 'codes.fwplus.safetensors');
  const computed = JSON.parse(
    TensorFile.parse(new Uint8Array(readFileSync(codes('half')))).metadata.computation!,
  );
  // As if a race had shown that the plainest kernel is the fastest for all of them.
  await succeeds(['tune', '--seconds', '1', '--model', model, '--quiet'], { env });
  const { format, adapters } = read(file);
  const plain = Object.fromEntries(Object.keys(computed.choices).map((key) => [key, 'conv']));
  const [adapter] = Object.keys(adapters);
  writeFileSync(file, JSON.stringify({ format, adapters: { [adapter!]: plain } }));

  // One that is finished, by other plans, stands before it.
  const done = at('done.png');
  writeFileSync(done, await encodePng(drawing(40, 30)));
  await succeeds(['invert', done, '--model', model, '-o', at('half'), '--steps', '4'], { env });
  const both = ['invert', done, picture, '--model', model, '-o', at('half')];
  const { stderr } = await succeeds([...both, '--steps', '4', '--resume'], { env });
  assert.not.match(stderr, /other plans/);
  const tensors = (folder: string) => {
    const tensorFile = TensorFile.parse(new Uint8Array(readFileSync(codes(folder))));
    return [...tensorFile.keys()].map((key) => [key, Buffer.from(tensorFile.raw(key)).toString('base64')]);
  };
  assert.equal(tensors('half'), tensors('whole'));
  await succeeds([...words, '-o', at('tuned'), '--steps', '1'], { env });
  const tuned = TensorFile.parse(new Uint8Array(readFileSync(codes('tuned')))).metadata.computation!;
  assert.equal(new Set(Object.values(JSON.parse(tuned).choices)), new Set(['conv']));
});

test('what is damaged is said and left out', async () => {
  const { env, file } = remembering('damaged');
  mkdirSync(join(file, '..'));
  writeFileSync(file, '{"format": "fwplus-tun');
  const words = ['invert', picture, '--model', model, '-o', at('out'), '--steps', '1'];
  const { stderr } = await succeeds(words, { env });
  assert.ok(stderr.includes(`Note     ${file} is left out: `), stderr);
  assert.match((await succeeds(['doctor', '--model', model], { env })).stdout, /is left out/);
});

test('the base code has the side that is asked for', async () => {
  await isRefused(['tune', '--model', model, '--base-size', '512'], { says: /512/ });
});

test('where nothing can be remembered, nothing is raced', async () => {
  writeFileSync(at('a-file'), '');
  await isRefused(
    ['tune', '--model', model],
    { says: /Remembering plans in .*a-file/, hints: /XDG_CACHE_HOME/ },
    { env: { XDG_CACHE_HOME: at('a-file'), MESA_SHADER_CACHE_DIR } },
  );
});

test('Ctrl-C keeps what was raced', async () => {
  const { env, file } = remembering('interrupted');
  let sent = false;
  const { code, stderr } = await run(['tune', '--model', model], {
    env,
    onStderr: (text, child) => {
      if (sent || !/\n1\/\d+ /.test(text)) return;
      sent = true;
      child.kill('SIGINT');
    },
  });
  assert.is(code, 130, stderr);
  assert.match(stderr, /Interrupted; what was raced is remembered/);
  assert.ok(existsSync(file));
  assert.ok(Object.keys(Object.values(read(file).adapters)[0]!).length > 0);
});

test('tune takes no pictures', async () => {
  await isRefused(['tune', picture], { says: /tune takes no pictures/, code: 2 });
});

test.run();
