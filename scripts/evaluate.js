// @ts-check
/** `npm run evaluate -- [options]`: sets up what is missing, then runs evaluation/run.ts. */
import { runBuilt } from './run-built.js';

await runBuilt('evaluation/run.js', process.argv.slice(2));
