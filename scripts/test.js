// @ts-check
/**
 * `npm test -- [--node | --chromium] [--as=hardware | --as=bare] [pattern]`: sets up what is missing, then checks and tests everything.
 * With a pattern (a regular expression on file or case names) only those tests, and no lint. `--as` disguises the adapter, in Node alone,
 * as a card, with or without optional features: so the plans of hardware are tested where there is none.
 */
import { fork } from 'node:child_process';
import { ensureAdapter } from './adapter.js';
import { build } from './build.js';
import { ensureChromium, swiftshaderOf } from './chromium.js';
import { lint, printChecks } from './lint.js';
import { ensureModules } from './modules.js';
import { report, root, say } from './process.js';

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

const args = process.argv.slice(2);
const disguise = args.find((arg) => arg.startsWith('--as='))?.slice('--as='.length);
const hosts = disguise ? ['node'] : ['node', 'chromium'].filter((host) => args.includes(`--${host}`));
const pattern = args.filter((arg) => !arg.startsWith('--')).join(' ');
const tally = { passed: 0, failed: 0, skipped: 0 };

/** @param {Tally} more */
function add(more) {
  tally.passed += more.passed;
  tally.failed += more.failed;
  tally.skipped += more.skipped;
}

async function main() {
  await ensureModules();
  const typeErrors = await build();
  if (!pattern) {
    const checks = await lint(typeErrors);
    printChecks(checks);
    const failed = checks.filter((check) => check.problems).length;
    add({ passed: checks.length - failed, failed, skipped: 0 });
  } else if (typeErrors) say(`Going on in spite of type errors:\n${typeErrors}\n`);
  const env = { ...(await ensureAdapter()), ...(await disguised()) };
  const chromium = hosts.length === 0 || hosts.includes('chromium') ? await ensureChromium() : undefined;
  add(await runTests(env, chromium));
}

/** The environment of all processes of the tests. */
async function disguised() {
  if (disguise === undefined) return {};
  const { RUNS, disguisedAs } = await import(`${root}dist/test/harness/disguise/as.js`);
  if (RUNS.includes(disguise)) return disguisedAs(disguise);
  throw new Error(`There is no --as=${disguise}, but --as=${RUNS.join(', --as=')}.`);
}

/**
 * Runs test/harness/main.ts, compiled, which reports its tally.
 * @param {Record<string, string>} env
 * @param {string | undefined} chromium
 * @returns {Promise<Tally>}
 */
function runTests(env, chromium) {
  const options = {
    hosts: hosts.length > 0 ? hosts : ['node', 'chromium'],
    pattern,
    chromium,
    swiftshader: swiftshaderOf(chromium),
  };
  return new Promise((resolve) => {
    const child = fork(`${root}dist/test/harness/main.js`, [JSON.stringify(options)], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    /** @type {Tally | undefined} */
    let result;
    child.on('message', (message) => {
      result = /** @type {Tally} */ (message);
    });
    child.on('close', (code, signal) => {
      if (!result) say(`The test harness ended with ${signal ?? `exit code ${code}`} and no result.`);
      resolve(result ?? { passed: 0, failed: 1, skipped: 0 });
    });
  });
}

await main().catch((error) => {
  tally.failed++;
  report(error);
});
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
