import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ensureWritableFolder, readBytes, writeAllAtomic, writeAtomic } from '../../../src/io/node/files.js';
import { refuses } from '../fixtures.js';

const files = suite('files', { folder: '' });

files.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'fwplus-test-'));
});
files.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

files('reads what was written, and replaces it whole', async ({ folder }) => {
  const path = join(folder, 'a.bin');
  await writeAtomic(path, Uint8Array.of(1, 2, 3));
  assert.equal([...(await readBytes(path))], [1, 2, 3]);
  await writeAtomic(path, 'text');
  assert.is(readFileSync(path, 'utf8'), 'text');
  assert.equal(readdirSync(folder), ['a.bin']);
});

files('says why a file cannot be read', async ({ folder }) => {
  await refuses(
    () => readBytes(join(folder, 'none.png')),
    /^Reading .*none\.png: there is no such file.*ENOENT/,
  );
  await refuses(() => readBytes(folder), /it is a folder, wanted a file \(EISDIR\)/);
  writeFileSync(join(folder, 'file'), '');
  await refuses(() => readBytes(join(folder, 'file', 'x')), /a part of the path is a file.*ENOTDIR/);
  symlinkSync('loop', join(folder, 'loop'));
  await refuses(() => readBytes(join(folder, 'loop')), /symbolic links/);
});

files('leaves nothing behind where a file cannot be written', async ({ folder }) => {
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'inside'), 'kept');
  await refuses(() => writeAtomic(join(folder, 'taken'), 'x'), /^Writing .*taken: /);
  await refuses(() => writeAtomic(join(folder, 'none', 'x'), 'x'), /ENOENT/);
  writeFileSync(join(folder, 'file'), '');
  await refuses(() => writeAtomic(join(folder, 'file', 'x'), 'x'), /ENOTDIR/);
  await refuses(() => writeAtomic(join(folder, 'n'.repeat(300)), 'x'), /name is too long/);
  assert.equal(readdirSync(folder).sort(), ['file', 'taken']);
});

files('keeps the earlier file where a new one cannot be written', async ({ folder }) => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old');
  const broken = {
    get length(): number {
      throw new Error('no');
    },
  } as unknown as Uint8Array;
  await refuses(() => writeAtomic(path, broken), /^Writing /);
  assert.is(readFileSync(path, 'utf8'), 'old');
  assert.equal(readdirSync(folder), ['a.txt']);
});

files('makes an output folder and finds out that one is none', async ({ folder }) => {
  const deep = join(folder, 'a', 'b');
  await ensureWritableFolder(deep);
  await ensureWritableFolder(deep, 1);
  assert.equal(readdirSync(deep), []);
  await ensureWritableFolder(`${join(folder, 'c', 'd')}/`);
  const made = await ensureWritableFolder(`${folder}/x/../y`);
  assert.equal(made, [join(folder, 'y')]);
  assert.equal(readdirSync(folder).sort(), ['a', 'c', 'y']);
  if (process.platform === 'linux')
    await refuses(() => ensureWritableFolder('/proc/fwplus/x'), /^Preparing.*ENOENT/);
  writeFileSync(join(folder, 'file'), '');
  await refuses(() => ensureWritableFolder(join(folder, 'file')), /a file of that name is in the way/);
  await refuses(() => ensureWritableFolder(join(folder, 'file', 'x')), /ENOTDIR/);
  await refuses(
    () => ensureWritableFolder(deep, 2 ** 60),
    /the disk has [\d.]+ MiB left, wanted 1099511627776\.0 MiB/,
  );
});

files('writes files that belong together all or not at all', async ({ folder }) => {
  const paths = ['a', 'b'].map((name) => join(folder, name));
  await writeAllAtomic(paths.map((path) => ({ path, content: 'old' })));
  mkdirSync(join(folder, 'taken'));
  await refuses(
    () => writeAllAtomic([...paths, join(folder, 'taken')].map((path) => ({ path, content: 'new' }))),
    /^Writing .*taken: it is a folder/,
  );
  for (const path of paths) assert.is(readFileSync(path, 'utf8'), 'old');
  assert.equal(readdirSync(folder).sort(), ['a', 'b', 'taken']);
});

files('makes no folder where the disk has no room', async ({ folder }) => {
  await refuses(() => ensureWritableFolder(join(folder, 'a', 'b'), 2 ** 60), /the disk has/);
  assert.equal(readdirSync(folder), []);
});

files('finds out that a folder is closed', async ({ folder }) => {
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o500);
  if (isRoot) process.seteuid!(65534); // root may write anywhere
  try {
    await refuses(() => ensureWritableFolder(folder), /permission denied \(EACCES\)/);
    await refuses(() => writeAtomic(join(folder, 'x'), 'x'), /permission denied \(EACCES\)/);
  } finally {
    if (isRoot) process.seteuid!(0);
    chmodSync(folder, 0o700);
  }
});

files.run();
