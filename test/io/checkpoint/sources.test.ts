import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** What could turn text into a program, or ask for one. */
const forbidden = /\beval\b|\bFunction\(|\bimport\(|\brequire\(|\bWorker\(|set(Timeout|Interval)\(/;

test('the reader has nothing that could run what a file holds', () => {
  const folder = 'src/io/checkpoint';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  assert.ok(files.length > 20);
  for (const name of files) {
    const code = readFileSync(`${folder}/${name}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.not.match(code, forbidden, name);
  }
  assert.match('const f = new Function(text)', forbidden);
});

test.run();
