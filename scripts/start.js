// @ts-check
/** `npm start -- [photo.jpg …]`: sets up what is missing, then runs the `fwplus start` command. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { report, root } from './process.js';
import { setup } from './setup.js';

const command = `${root}dist/src/cli/main.js`;
const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs the command and ends as it ends. In a process group of its own, so that Ctrl-C reaches it once: the terminal
 * and npm both signal this process, and a second signal means to the command that it should not wait to save.
 * @param {Record<string, string>} env
 */
function start(env) {
  const child = spawn(process.execPath, [command, 'start', ...process.argv.slice(2)], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  });
  let last = Number.NEGATIVE_INFINITY;
  for (const signal of signals) {
    process.on(signal, () => {
      const now = performance.now();
      // On Windows the console has signalled the command already.
      if (now - last > 500 && process.platform !== 'win32') child.kill(signal);
      last = now;
    });
  }
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
  });
}

await setup().then(start).catch(report);
