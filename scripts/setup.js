// @ts-check
/** Everything that `npm start` and `npm test` need: packages, a build, a WebGPU adapter. */
import { pathToFileURL } from 'node:url';
import { ensureAdapter } from './adapter.js';
import { buildOrStop } from './build.js';
import { ensureModules } from './modules.js';
import { report, say } from './process.js';

/**
 * Returns the environment that programs need to find the adapter.
 * @returns {Promise<Record<string, string>>}
 */
export async function setup() {
  await ensureModules();
  await buildOrStop();
  return ensureAdapter();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setup().then(() => say('Everything is set up.'), report);
}
