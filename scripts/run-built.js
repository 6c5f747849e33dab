// @ts-check
/** A built program, run by npm: everything that it needs is set up first. */
import { forward } from './forward.js';
import { report, root, Stop } from './process.js';
import { setup } from './setup.js';

/**
 * Runs it in this one's place, and ends with its exit code.
 * @param {string} program below dist/
 * @param {string[]} args
 */
export async function runBuilt(program, args) {
  await setup()
    .then(async (env) => {
      process.exitCode = await forward(process.execPath, [`${root}dist/${program}`, ...args], env).catch(
        (error) => {
          throw new Stop(`${program} could not be started: ${error.message}`);
        },
      );
    })
    .catch(report);
}
