// @ts-check
/** `npm start -- [photo.jpg] [options]`: sets up what is missing, then runs the `fwplus start` command. */
import { forward } from './forward.js';
import { report, root, Stop } from './process.js';
import { setup } from './setup.js';

const command = `${root}dist/src/cli/main.js`;

/** @param {Record<string, string>} env */
async function start(env) {
  process.exitCode = await forward(process.execPath, [command, 'start', ...process.argv.slice(2)], env).catch(
    (error) => {
      throw new Stop(`fwplus could not be started: ${error.message}`);
    },
  );
}

await setup().then(start).catch(report);
