// @ts-check
/** Chromium for the browser half of the tests, and the software Vulkan driver that it carries. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { aptInstall, canInstall, distribution } from './apt.js';
import { Stop, say } from './process.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The executable, from CHROMIUM, the search path or its usual places; undefined if there is none. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...elsewhere].find((file) => existsSync(file));
}

/**
 * Finds Chromium, or installs it where that is allowed. Without it: an error in CI; elsewhere the reason is said, and the
 * browser half is left out.
 * @returns {Promise<string | undefined>}
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found && existsSync(found)) return found;
  if (found) throw new Stop(`CHROMIUM is set to '${found}', and there is no such file.`);
  const failure = distribution().id === 'debian' && canInstall() ? await install() : '';
  const installed = findChromium();
  if (installed) return installed;
  return goOnWithout(failure || 'No Chromium here.');
}

/**
 * @param {string} reason
 * @param {boolean} [inCi]
 * @returns {undefined}
 */
export function goOnWithout(reason, inCi = Boolean(process.env.CI)) {
  if (inCi) throw new Stop(`${reason}\nCI is set, so the browser half of the tests must run.`, advice);
  say(`${reason}\nThe browser half of the tests is skipped. ${advice}`);
}

/** Returns what went wrong, or nothing. */
async function install() {
  say('No Chromium here. Installing it with apt for the browser half of the tests (about a minute) …');
  try {
    await aptInstall(['chromium']);
    return '';
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return error.message;
  }
}

export const advice =
  'Install Chromium or Chrome (Debian: sudo apt-get install -y chromium), or set CHROMIUM to its executable.';

/**
 * The description of the software driver beside a Chromium executable, for VK_DRIVER_FILES.
 * @param {string | undefined} executable
 */
export function swiftshaderOf(executable) {
  const beside = executable && existsSync(executable) ? [dirname(realpathSync(executable))] : [];
  const folders = [...beside, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((file) => existsSync(file));
}
