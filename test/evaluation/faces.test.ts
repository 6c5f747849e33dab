/** The faces of the evaluation are as many, as large and as different as they say. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFaces } from '../../evaluation/faces.js';
import { psnr } from '../../src/inversion/metrics.js';

test('sixteen faces under nine transforms, no two alike', async () => {
  const faces = await readFaces(64);
  assert.is(faces.count, 16);
  assert.equal(faces.transforms, [
    'upright',
    'shift5',
    'shift10',
    'shift15',
    'turn10',
    'turn20',
    'turn30',
    'scale3/4',
    'scale5/4',
  ]);
  const seen = new Set<string>();
  for (const transform of faces.transforms) {
    const images = faces.images(transform);
    assert.is(images.length, 16);
    for (const { width, height, data } of images) {
      assert.equal([width, height], [64, 64]);
      seen.add(data.join());
    }
  }
  assert.is(seen.size, 16 * 9);
});

test('a larger transform is further from upright', async () => {
  const faces = await readFaces(64);
  const upright = faces.images('upright');
  const far = (transform: string) => {
    const values = faces.images(transform).map((image, at) => psnr(image, upright[at]!));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  assert.ok(far('shift5') > far('shift10') && far('shift10') > far('shift15'));
  assert.ok(far('turn10') > far('turn20') && far('turn20') > far('turn30'));
});

test.run();
