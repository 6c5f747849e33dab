import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goOnWithout } from '../../scripts/chromium.js';

test('without a Chromium the browser half is left out, with the reason; in CI that is an error', () => {
  const write = process.stderr.write;
  let said = '';
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
  try {
    assert.is(goOnWithout('apt-get could not install chromium.', false), undefined);
  } finally {
    process.stderr.write = write;
  }
  assert.match(said, /could not install chromium\.\nThe browser half of the tests is skipped\. Install/);
  assert.throws(() => goOnWithout('No Chromium here.', true), /No Chromium here\.\nCI is set/);
});

test.run();
