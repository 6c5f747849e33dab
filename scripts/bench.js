// @ts-check
/** `npm run bench -- [options]`: sets up what is missing, then runs bench/main.ts. */
import { forward } from './forward.js';
import { report, root } from './process.js';
import { setup } from './setup.js';

await setup()
  .then(async (env) => {
    process.exitCode = await forward(
      process.execPath,
      [`${root}dist/bench/main.js`, ...process.argv.slice(2)],
      env,
    );
  })
  .catch(report);
