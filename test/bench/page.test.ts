import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundlePage } from '../../bench/page/bundle.js';

test("the page's script builds for browsers, without Node's parts", async () => {
  const script = await bundlePage();
  assert.match(script, 'benchResults');
  assert.match(script, 'fma_chain');
  assert.not.match(script, /from\s*"node:|require\("(node:|webgpu)/);
});

test.run();
