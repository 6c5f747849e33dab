/** An evaluation that is interrupted keeps what it has done, and goes on from there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TensorFile } from '../../src/io/safetensors.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const program = fileURLToPath(new URL('../../evaluation/run.js', import.meta.url));
const words = ['--images', '1', '--methods', 'f/w+', '--transforms', 'upright,turn20', '-o', work];
const codes = (transform: string) => join(work, 'fwplus', `${transform}.00.safetensors`);
const stepOf = (path: string) => Number(TensorFile.parse(new Uint8Array(readFileSync(path))).metadata.step);

function evaluate(more: readonly string[], onStderr?: (text: string, child: ChildProcess) => void) {
  const child = spawn(process.execPath, [program, ...words, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120000,
  });
  let stderr = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  return new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

const test = suite('interrupted evaluation');
test.after(() => rmSync(work, { recursive: true, force: true }));

test('SIGTERM saves the steps in flight, as Ctrl-C does; --resume makes the rest', async () => {
  let sent = false;
  const stopped = await evaluate(['--steps', '2000'], (text, child) => {
    if (sent || !/step 1\/2000/.test(text)) return;
    sent = true;
    child.kill('SIGTERM');
  });
  assert.is(stopped.code, 143, stopped.stderr);
  assert.match(stopped.stderr, /Interrupted and saved\. The same command with --resume goes on/);
  const step = stepOf(codes('upright'));
  assert.ok(step > 0 && step < 2000, `stopped at step ${step}`);
  assert.not.ok(existsSync(codes('turn20')), 'nothing was begun afterwards');
  assert.not.ok(existsSync(join(work, 'evaluation.json')), 'no row without its faces');

  const anew = await evaluate(['--steps', '2000']);
  assert.is(anew.code, 1, anew.stderr);
  assert.match(
    anew.stderr,
    /upright\.00\.safetensors holds the work of an earlier run.*\n.*--resume.*--restart/,
  );
  assert.is(stepOf(codes('upright')), step);
  const goesOn = await evaluate(['--steps', String(step + 1), '--resume']);
  assert.is(goesOn.code, 0, goesOn.stderr);
  assert.equal([stepOf(codes('upright')), stepOf(codes('turn20'))], [step + 1, step + 1]);
  const found = JSON.parse(readFileSync(join(work, 'evaluation.json'), 'utf8'));
  assert.equal([found.complete, found.rows.length], [false, 2]);
  assert.ok(statSync(join(work, 'figure.png')).size > 1000);
});

test('what cannot be meant ends with 2, a sentence and a hint, and no stack trace', async () => {
  for (const [more, says] of [
    [['--methods', 'w'], /there is no 'w'\.\nThere are: w\+, w\+ clip, f\/w\+\./],
    [['--transforms', 'turn90'], /there is no 'turn90'\.\nThere are: upright, /],
    [['--resume', '--restart'], /not both/],
    [['--images', '17'], /--images is '17', wanted a whole number from 1 to 16/],
  ] as const) {
    const { code, stderr } = await evaluate(more);
    assert.is(code, 2, stderr);
    assert.match(stderr, says);
    assert.not.match(stderr, /\n\s+at /);
  }
});

test.run();
