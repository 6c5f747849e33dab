import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCheckpoint } from '../../../src/io/checkpoint/index.js';
import { fileSource } from '../../../src/io/node/file-source.js';
import { describe } from '../checkpoint/describe.js';
import { refuses } from '../fixtures.js';

const test = suite('file source', { folder: '' });

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'fwplus-test-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('a checkpoint is read from a file by ranges, until the file is closed', async () => {
  const path = 'test/fixtures/checkpoints/tensor.pt';
  const source = await fileSource(path);
  const { format, value } = await readCheckpoint(source);
  assert.is(format, 'torch zip');
  const { shape } = (await describe(value)) as { shape: number[] };
  assert.equal(shape, [1, 6]);
  await source.close();
  await refuses(() => source.read(0, 4), /^Reading test\/fixtures\/checkpoints\/tensor\.pt: /);
});

test('ranges beyond 4 GB', async ({ folder }) => {
  const path = join(folder, 'large');
  const size = 5 * 2 ** 30;
  const file = await open(path, 'w');
  await file.write(Uint8Array.of(1, 2, 3), 0, 3, size - 3);
  await file.close();
  const source = await fileSource(path);
  assert.is(source.size, size);
  assert.equal([...(await source.read(size - 4, 4))], [0, 1, 2, 3]);
  await source.close();
});

test('says why a file cannot be opened, or has become shorter', async ({ folder }) => {
  await refuses(() => fileSource(join(folder, 'none.pkl')), /none\.pkl: there is no such file.*ENOENT/);
  await refuses(() => fileSource(folder), /it is a folder, wanted a file \(EISDIR\)/);
  const path = join(folder, 'a.pkl');
  writeFileSync(path, Uint8Array.of(0x80, 2, 78, 46));
  const source = await fileSource(path);
  truncateSync(path, 2);
  await refuses(() => readCheckpoint(source), /2 bytes came of the 4 of the beginning/);
  await source.close();
});

test.run();
