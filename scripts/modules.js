// @ts-check
/** node_modules as package-lock.json says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, Stop, say } from './process.js';

export async function ensureModules() {
  if (modulesMatch()) return;
  say('Installing the packages that package-lock.json names (npm ci) …');
  const [program, ...args] = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const { ok, output } = await run(program, [...args, 'ci', '--include=dev', '--no-fund', '--no-audit']);
  if (!ok) throw new Stop(`npm ci failed.\n${output}`, 'Check the network, then run `npm ci` by hand.');
}

/** True if everything that the lock file wants on every machine is installed in the version it names. */
function modulesMatch() {
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || found[path]?.version === version,
  );
}

/** @param {string} file @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return {}; // not installed yet
  }
}
