// @ts-check
/** `npm run bench -- [options]`: sets up what is missing, then runs bench/main.ts. */
import { runBuilt } from './run-built.js';

await runBuilt('bench/main.js', process.argv.slice(2));
