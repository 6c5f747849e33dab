// @ts-check
/** Runs a program in this one's place: its terminal, its signals, its end. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Resolves with the exit code. The program is in a process group of its own, so that Ctrl-C reaches it once: the terminal
 * and npm both signal this process, and a second signal may mean to the program that it should not wait to save.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>} 128 and the signal's number where one ended it
 */
export function forward(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: 'inherit',
      detached: process.platform !== 'win32',
    });
    let last = Number.NEGATIVE_INFINITY;
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      const now = performance.now();
      // On Windows the console has signalled the program already.
      if (now - last > 500 && process.platform !== 'win32') child.kill(signal);
      last = now;
    };
    for (const signal of signals) process.on(signal, pass);
    const watch = watchParent(() => pass('SIGHUP'));
    /** @param {() => void} settle */
    const end = (settle) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, pass);
      settle();
    };
    child.on('error', (error) => end(() => reject(error)));
    child.on('exit', (code, signal) =>
      end(() => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1))),
    );
  });
}

/**
 * npm passes SIGINT and SIGTERM on, but not SIGHUP: it dies and leaves its children alone. That is seen from the parent.
 * @param {() => void} gone
 */
function watchParent(gone) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    gone();
  }, 1000);
  return watch.unref();
}
