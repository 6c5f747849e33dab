/** The machine around us: its system, how drivers are had on it, whether there is a Chromium. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface System {
  readonly platform: string;
  /** For people, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** As /etc/os-release has it: the id and those it derives from, the version, its codename. */
  readonly family: readonly string[];
  readonly version: string;
  readonly codename: string;
}

export function thisSystem(): System {
  const file = '/etc/os-release';
  const release = process.platform === 'linux' && existsSync(file) ? readFileSync(file, 'utf8') : '';
  return systemOf(process.platform, release);
}

/** @param release the text of /etc/os-release */
export function systemOf(platform: string, release: string): System {
  const field = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return {
    platform,
    name: field('PRETTY_NAME') || platform,
    family: [field('ID'), ...field('ID_LIKE').split(' ')].filter(Boolean),
    version: field('VERSION_ID'),
    codename: field('VERSION_CODENAME'),
  };
}

/** How to get Mesa's Vulkan drivers, which serve AMD, Intel and, as llvmpipe, machines without a GPU. */
export function driverAdvice({ platform, family, version, codename }: System): string {
  if (platform !== 'linux')
    return 'Update the graphics driver. Windows and macOS bring all else that WebGPU needs.';
  const has = (id: string) => family.includes(id);
  if (has('fedora') || has('rhel')) return 'sudo dnf install vulkan-loader mesa-vulkan-drivers';
  if (has('arch')) return 'sudo pacman -S vulkan-icd-loader vulkan-swrast   (or vulkan-radeon, vulkan-intel)';
  if (has('alpine')) return 'none: WebGPU for Node needs a Linux with glibc (Debian, Ubuntu, Fedora, Arch).';
  if (!has('debian') && !has('ubuntu'))
    return 'Install the Vulkan loader and Mesa’s Vulkan drivers, version 23 or newer.';
  const packages = 'libvulkan1 mesa-vulkan-drivers';
  const isOld = family[0] === 'debian' && version === '12';
  if (!isOld) return `sudo apt-get update && sudo apt-get install -y ${packages}`;
  return (
    `sudo apt-get update && sudo apt-get install -y -t ${codename}-backports ${packages}\n` +
    `Debian 12’s own Mesa is too old. Where ${codename}-backports is not among the sources yet, first:\n` +
    `mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list* | head -n 1)\n` +
    `echo "deb $mirror ${codename}-backports main" | sudo tee /etc/apt/sources.list.d/backports.list`
  );
}

/** How to get a Chromium for the browser half of the tests. */
export function chromiumAdvice({ platform, family }: System): string {
  if (platform !== 'linux') return 'Install Chrome or Chromium.';
  if (family.includes('fedora') || family.includes('rhel')) return 'sudo dnf install chromium';
  if (family.includes('arch')) return 'sudo pacman -S chromium';
  // Ubuntu's package is a snap, which cannot be driven from outside.
  if (family[0] === 'debian') return 'sudo apt-get install -y chromium';
  return 'Install Chrome or Chromium.';
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const CHROMIUM_ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** From CHROMIUM, the search path, or its usual places. */
export function findChromium(): string | undefined {
  const { CHROMIUM: chosen, PATH = '' } = process.env;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  const folders = ['/usr/bin', ...PATH.split(delimiter)];
  const onPath = folders.flatMap((folder) => CHROMIUM_NAMES.map((name) => join(folder, name)));
  return [...onPath, ...CHROMIUM_ELSEWHERE].find((file) => existsSync(file));
}
