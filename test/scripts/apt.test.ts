import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backportsOf, parseSources } from '../../scripts/apt.js';

const deb822 = `# The release
Types: deb deb-src
# an archived copy
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://mirror.example/off
Suites: bookworm
Components: main

Types: deb-src
URIs: http://mirror.example/sources
Suites: bookworm
Components: main
`;

const lines = `# a comment
deb cdrom:[Debian 12 DVD]/ bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keyrings/other.gpg] http://other.example/debian/ bookworm main # comment
deb	http://mirror.example/debian bookworm-updates main
`;

test('deb822 sources: enabled binary ones, with several suites', () => {
  const sources = parseSources('debian.sources', deb822);
  assert.equal(sources, [
    {
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    },
    {
      uris: ['http://mirror.example/debian-security'],
      suites: ['bookworm-security'],
      components: ['main'],
      signedBy: '',
    },
  ]);
});

test('one source a line: options, comments, no CD', () => {
  const sources = parseSources('sources.list', lines);
  assert.equal(sources, [
    {
      uris: ['http://other.example/debian/'],
      suites: ['bookworm'],
      components: ['main'],
      signedBy: '/etc/apt/keyrings/other.gpg',
    },
    {
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm-updates'],
      components: ['main'],
      signedBy: '',
    },
  ]);
});

test('a key written into the source is kept', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEX\n -----END PGP PUBLIC KEY BLOCK-----';
  const text = `Types: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n ${key}\n`;
  const backports = backportsOf(parseSources('debian.sources', text), 'bookworm');
  assert.ok(backports && !backports.present && backports.text.endsWith(`Signed-By: ${key}\n`));
});

test("backports come from the release's own mirror, under its key", () => {
  const text = `# Added by fwplus for Mesa's software Vulkan driver.
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  assert.equal(backportsOf(parseSources('debian.sources', deb822), 'bookworm'), { present: false, text });
  const fromLines = backportsOf(parseSources('sources.list', lines), 'bookworm');
  assert.ok(
    fromLines && !fromLines.present && fromLines.text.includes('URIs: http://other.example/debian/\n'),
  );
});

test('backports that are there already are not added', () => {
  const sources = parseSources('sources.list', 'deb http://mirror.example/debian bookworm-backports main');
  assert.equal(backportsOf(sources, 'bookworm'), { present: true });
});

test('no mirror is guessed', () => {
  assert.is(backportsOf(parseSources('sources.list', lines), 'trixie'), undefined);
});

test.run();
