/** Runs that are interrupted, and how they go on. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { type Ended, isRefused, run, snapshot, succeeds } from './command.js';
import { writeModel } from './model-folder.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const model = at('model');
const picture = at('picture.png');

const test = suite('interrupted');

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
  assert.not.ok(existsSync(out));
  await interrupted(words, 'SIGINT', / 1\/600/);
  const saved = snapshot(out);
  assert.is(Object.keys(saved).length, 1);
  const again = await interrupted([...words, '--resume'], 'SIGINT', /Model/);
  assert.is(again.code, 130, again.stderr);
  assert.equal(snapshot(out), saved);
});

test('interrupted when all is done: it ends as if nothing had been', async () => {
  const out = at('late');
  const words = ['invert', picture, '--steps', '1', '--model', model, '-o', out];
  const { code, stderr } = await interrupted(words, 'SIGINT', / 1\/1 /);
  assert.is(code, 0, stderr);
  assert.ok(existsSync(join(out, 'picture', 'metrics.json')));
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

test.run();
