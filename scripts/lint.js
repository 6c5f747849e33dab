// @ts-check
/** The checks that run nothing: formatting and lint rules, types, the arrows between folders. */
import { pathToFileURL } from 'node:url';
import { architectureProblems } from './architecture.js';
import { build } from './build.js';
import { ensureModules } from './modules.js';
import { report, run, say } from './process.js';

/** @typedef {{ name: string, problems: string }} Check `problems` is empty where the check passed */

/**
 * @param {string} [typeErrors] from a build that has just been made
 * @returns {Promise<Check[]>}
 */
export async function lint(typeErrors) {
  const types = typeErrors ?? (await build());
  const biome = await run(process.execPath, [
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--error-on-warnings',
  ]);
  return [
    { name: 'types', problems: types },
    { name: 'formatting and lint rules', problems: biome.ok ? '' : biome.output.trim() },
    { name: 'architecture', problems: architectureProblems().join('\n') },
  ];
}

/** @param {Check[]} checks */
export function printChecks(checks) {
  for (const { name, problems } of checks) say(problems ? `✗ ${name}\n${problems}\n` : `✓ ${name}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensureModules()
    .then(() => lint())
    .then((checks) => {
      printChecks(checks);
      if (checks.some((check) => check.problems)) process.exitCode = 1;
    })
    .catch(report);
}
