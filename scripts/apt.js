// @ts-check
/** Debian's package manager: reading its sources, and installing after having said so. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, Stop, say } from './process.js';

const backportsFile = '/etc/apt/sources.list.d/fwplus-backports.sources';

/** @typedef {{ uris: string[], suites: string[], components: string[], signedBy: string }} Source one enabled source of binary packages; `signedBy` may have several lines */

/**
 * Reads one file of sources: `.sources` in deb822 format, `.list` with one source a line.
 * @param {string} name
 * @param {string} text
 * @returns {Source[]}
 */
export function parseSources(name, text) {
  return name.endsWith('.sources') ? parseDeb822(text) : parseLines(text);
}

/** @param {string} text */
function parseDeb822(text) {
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = Object.fromEntries(
      [...stanza.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm)].map((match) => [
        match[1].toLowerCase(),
        match[2].trim(),
      ]),
    );
    const enabled = !/^(no|false|off|0)$/i.test(fields.enabled ?? 'yes');
    if (!enabled || !words(fields.types).includes('deb')) return [];
    return [
      {
        uris: words(fields.uris),
        suites: words(fields.suites),
        components: words(fields.components),
        signedBy: fields['signed-by'] ?? '',
      },
    ];
  });
}

/** @param {string} text */
function parseLines(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?([^\s[]\S*)\s+([^\s#]+)([^#]*)/.exec(line);
    if (!match || match[2].startsWith('cdrom:')) return [];
    const signedBy = /\bsigned-by=(\S+)/i.exec(match[1] ?? '')?.[1] ?? '';
    return [{ uris: [match[2]], suites: [match[3]], components: words(match[4]), signedBy }];
  });
}

/** @param {string | undefined} text */
function words(text = '') {
  return text.split(/\s+/).filter(Boolean);
}

/**
 * The backports of a release, from the mirror that the release itself comes from.
 * @param {Source[]} sources
 * @param {string} codename e.g. bookworm
 * @returns {{ present: true } | { present: false, text: string } | undefined} undefined where no mirror is known
 */
export function backportsOf(sources, codename) {
  if (sources.some((source) => source.suites.includes(`${codename}-backports`))) return { present: true };
  const names = [codename, 'stable', 'oldstable'];
  const release = sources.find(
    (source) =>
      source.suites.some((suite) => names.includes(suite)) &&
      source.components.includes('main') &&
      source.uris.length > 0,
  );
  if (!release) return undefined;
  const signedBy = release.signedBy ? `Signed-By: ${release.signedBy}\n` : '';
  const text = `# Added by fwplus for Mesa's software Vulkan driver.
Types: deb
URIs: ${release.uris.join(' ')}
Suites: ${codename}-backports
Components: main
${signedBy}`;
  return { present: false, text };
}

/** The machine's own sources. */
export function machineSources(etc = '/etc/apt') {
  const folder = join(etc, 'sources.list.d');
  const extra = existsSync(folder) ? readdirSync(folder).sort() : [];
  const files = [join(etc, 'sources.list'), ...extra.map((name) => join(folder, name))];
  return files
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .flatMap((file) => parseSources(file, readFileSync(file, 'utf8')));
}

/** The distribution as /etc/os-release names it: id, the ids it derives from, version, codename. */
export function distribution() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  /** @param {string} key */
  const field = (key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return {
    name: field('PRETTY_NAME') || process.platform,
    id: field('ID'),
    like: words(field('ID_LIKE')),
    version: field('VERSION_ID'),
    codename: field('VERSION_CODENAME'),
  };
}

/** True where this process may install packages with apt. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Installs packages; from the release's backports if a codename is given.
 * @param {string[]} packages
 * @param {string} [backportsFor]
 */
export async function aptInstall(packages, backportsFor) {
  const added = backportsFor ? addBackports(backportsFor) : false;
  const target = backportsFor ? ['-t', `${backportsFor}-backports`] : [];
  // A failed update (one source of many may be out of reach) shows itself in the installation.
  const update = await apt(['update']);
  const install = await apt(['install', '-y', '--no-install-recommends', ...target, ...packages]);
  if (install.ok) return;
  if (added) rmSync(backportsFile, { force: true });
  throw new Stop(
    `apt-get could not install ${packages.join(' ')}.\n${update.output}${install.output}`,
    'Check the network and the sources in /etc/apt, then try again.',
  );
}

/** @param {string} codename */
function addBackports(codename) {
  const backports = backportsOf(machineSources(), codename);
  if (!backports)
    throw new Stop(`No source in /etc/apt offers ${codename}, so its backports cannot be found.`);
  if (backports.present) return false;
  say(`Adding ${codename}-backports, from the mirror this machine already uses, as ${backportsFile} …`);
  writeFileSync(backportsFile, backports.text);
  return true;
}

/** @param {string[]} args */
function apt(args) {
  const quiet = ['-q', '-o', 'DPkg::Lock::Timeout=300'];
  return run('apt-get', [...quiet, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
}
