// @ts-check
/** `npm start -- [photo.jpg] [options]`: sets up what is missing, then runs the `fwplus start` command. */
import { runBuilt } from './run-built.js';

await runBuilt('src/cli/main.js', ['start', ...process.argv.slice(2)]);
