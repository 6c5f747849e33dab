// @ts-check
/** A WebGPU adapter for Node: the one there is, or a software driver that is installed after saying so. */
import { existsSync } from 'node:fs';
import { aptInstall, backportsOf, canInstall, distribution, machineSources } from './apt.js';
import { findChromium, swiftshaderOf } from './chromium.js';
import { run, Stop, say } from './process.js';

const drivers = ['libvulkan1', 'mesa-vulkan-drivers'];

/**
 * Makes sure of an adapter; returns the environment that programs need to find it.
 * @returns {Promise<Record<string, string>>}
 */
export async function ensureAdapter() {
  const first = await probe();
  if (first.name) return {};
  const chosen = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find((name) => process.env[name]);
  if (chosen) {
    throw new Stop(
      `No WebGPU adapter: ${chosen} is set to '${process.env[chosen]}', and no driver that works is there.`,
      `Correct ${chosen}, or unset it so that the driver is found or installed.\n\n${first.output}`,
    );
  }
  const installed = process.platform === 'linux' && canInstall() ? await installDriver() : undefined;
  if (installed === '') return {};
  const fallback = await probeSwiftshader();
  if (fallback) return fallback;
  throw new Stop(
    `No WebGPU adapter was found on this machine.${installed ?? ''}`,
    `${advice()}\n\n${first.output}`,
  );
}

/**
 * Asks for an adapter in a process of its own.
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ name?: string, output: string }>}
 */
async function probe(env = {}) {
  const { ok, output, stdout } = await run(process.execPath, ['scripts/probe-adapter.js'], {
    env,
    timeout: 20_000,
  });
  const found = ok ? JSON.parse(stdout) : null;
  return { ...found, output: output.replace(/^null$|^ {4}at .*$/gm, '').trim() };
}

/** The environment for the driver that Chromium carries, if it gives an adapter. */
async function probeSwiftshader() {
  const driver = swiftshaderOf(findChromium());
  const env = driver ? { VK_DRIVER_FILES: driver } : undefined;
  if (!env || !(await probe(env)).name) return undefined;
  say(
    `No Vulkan driver works here; using Chromium's software driver (${driver}), at about half Mesa's speed.`,
  );
  return env;
}

/** Debian 12's own Mesa (22.3) gives WebGPU no adapter; the one in its backports does. */
function needsBackports() {
  const { id, version } = distribution();
  return id === 'debian' && version === '12';
}

/** Installs Mesa's software driver. Returns '' if there is an adapter afterwards, otherwise what went wrong. */
async function installDriver() {
  const { name, codename } = distribution();
  say(
    `No Vulkan driver works here. Installing ${drivers.join(' and ')} with apt on ${name} (about a minute) …`,
  );
  try {
    await aptInstall(drivers, needsBackports() ? codename : undefined);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return `\n${error.message}`;
  }
  const { name: found, output } = await probe();
  if (found) say(`Found ${found}.`);
  return found ? '' : `\nThe driver was installed, but gives no adapter.\n${output}`;
}

/** The exact commands for this machine. */
function advice() {
  const { id, like, codename } = distribution();
  const family = [id, ...like];
  if (process.platform !== 'linux')
    return 'Update the graphics driver; macOS and Windows bring WebGPU with it.';
  if (family.includes('fedora')) return 'Run: sudo dnf install vulkan-loader mesa-vulkan-drivers';
  if (family.includes('arch')) return 'Run: sudo pacman -S vulkan-icd-loader vulkan-swrast';
  if (family.includes('alpine')) return 'This needs a Linux with glibc (Debian, Ubuntu, Fedora, Arch).';
  if (!existsSync('/usr/bin/apt-get'))
    return "Install the Vulkan loader and Mesa's Vulkan drivers (version 23 or newer).";
  if (!needsBackports()) return `Run: sudo apt-get update && sudo apt-get install -y ${drivers.join(' ')}`;
  const backports = backportsOf(machineSources(), codename);
  const lines = backports && !backports.present ? backports.text.trimEnd().split('\n').slice(1) : [];
  const add = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | sudo tee /etc/apt/sources.list.d/fwplus-backports.sources`;
  const install = `sudo apt-get update && sudo apt-get install -y -t ${codename}-backports ${drivers.join(' ')}`;
  return `Debian 12's own Mesa is too old; its backports have one that works. Run:\n${lines.length > 0 ? `  ${add}\n` : ''}  ${install}`;
}
