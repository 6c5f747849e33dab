/** The built command, run as a user runs it: in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stderr so far whenever there is more. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

export function run(words: readonly string[], { env, onStderr }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120000,
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (more: string) => {
      text[stream] += more;
      if (stream === 'stderr') onStderr?.(text.stderr, child);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}

/** Expects success: exit code 0, by itself. */
export async function succeeds(words: readonly string[], options?: RunOptions): Promise<Ended> {
  const ended = await run(words, options);
  assert.is(
    ended.code,
    0,
    `fwplus ${words.join(' ')} ended with ${ended.signal ?? ended.code}\n${ended.stderr}`,
  );
  return ended;
}

/** Expects an error of one screen that says what and what to do, without a stack trace; `code` is 1 by default. */
export async function isRefused(
  words: readonly string[],
  wanted: { readonly says: RegExp; readonly hints?: RegExp; readonly code?: number },
  options?: RunOptions,
): Promise<void> {
  const { code, signal, stderr, stdout } = await run(words, options);
  const said = `fwplus ${words.join(' ')}\nended with ${signal ?? code} and said\n${stdout}${stderr}`;
  assert.ok(code === (wanted.code ?? 1), said);
  const message = stderr.slice(stderr.indexOf('\nfwplus: '));
  assert.match(message, wanted.says, said);
  // Only ours: Dawn prints where in its own sources it found no driver.
  assert.not.match(message, /^\s+at /m, said);
  assert.not.match(stderr, /fault of fwplus/, said);
  const lines = stderr.trim().split('\n');
  assert.ok(lines.length <= 12 && lines.every((line) => line.length <= 400), said);
  const [, ...hint] = message.trim().split('\n');
  assert.match(hint.join('\n'), wanted.hints ?? /\S/, said);
}

/** All files below a folder, with their bytes. */
export function snapshot(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(file).toString('base64')]));
}
