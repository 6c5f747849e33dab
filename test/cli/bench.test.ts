/** `fwplus bench` as a user runs it. Nothing here is asserted of a time but that there is one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isRefused, succeeds } from './command.js';

test('shapes are measured both ways, printed and written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fwplus-bench-'));
  try {
    const json = join(folder, 'results.json');
    const { stdout } = await succeeds([
      ...['bench', '--shape', '8x8@4', '--shape', '3x5@5x7', '--kernel', 'upconv3x3'],
      ...['--repeats', '1', '--json', json, '--no-subgroups', '--quiet'],
    ]);
    assert.match(stdout, /Ceilings +\d/);
    assert.match(stdout, /upconv3x3 +data-gradient +3x5@5x7 +\d/);
    const results = JSON.parse(readFileSync(json, 'utf8'));
    assert.equal(Object.keys(results), ['adapter', 'driver', 'versions', 'date', 'ceilings', 'rows']);
    assert.equal(Object.keys(results.ceilings), ['fma_gflops', 'copy_gbs']);
    assert.is(results.rows.length, 4);
    for (const row of results.rows) {
      assert.equal(Object.keys(row), [
        'engine',
        'kernel',
        'pass',
        'shape',
        'ms',
        'gflops',
        'gbs',
        'percent',
        'samples',
      ]);
      assert.is(row.engine, 'fwplus');
      assert.ok(
        [row.ms, row.gflops, row.gbs, row.percent].every((value) => value > 0),
        JSON.stringify(row),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what cannot be measured is refused', async () => {
  await isRefused(['bench'], { says: /wants shapes/, code: 2 });
  await isRefused(['bench', '--shape', '8x8'], { says: /not a shape/, hints: /512x512@32/ });
  await isRefused(['bench', '--shape', '8x8@8', '--kernel', 'dense'], {
    says: /no kernel/,
    hints: /conv3x3/,
  });
  await isRefused(['bench', '--shape', '8x8@8', '--pass', 'back'], { says: /--pass/, code: 2 });
});

test.run();
