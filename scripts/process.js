// @ts-check
/** What every script needs: saying something, starting a program, stopping with a clear error. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Progress goes to stderr, so that stdout stays the command's own. */
/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** An error that is the user's to solve: printed without a stack. `hint` says how. */
export class Stop extends Error {
  /** @param {string} message @param {string} [hint] */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Prints what stopped a script and makes the process end with an exit code other than 0. */
/** @param {unknown} error */
export function report(error) {
  if (error instanceof Stop) say(`\nerror: ${error.message}${error.hint ? `\n\n${error.hint}` : ''}`);
  else console.error(error);
  process.exitCode = 1;
}

/**
 * Runs a program in the repository's root and collects what it prints.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, timeout?: number }} [options] timeout in milliseconds
 * @returns {Promise<{ ok: boolean, output: string, stdout: string }>}
 */
export function run(program, args, { env = {}, timeout = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => resolve({ ok: false, output: error.message, stdout: '' }));
    child.on('close', (code) => resolve({ ok: code === 0, output, stdout }));
  });
}
