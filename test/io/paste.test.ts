import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FitMode, fit } from '../../src/io/fit.js';
import type { Image } from '../../src/io/image.js';
import { paste } from '../../src/io/paste.js';
import { draw, refuses } from './fixtures.js';

const SIDE = 16;
const photo = draw(60, 40, (x, y) => [4 * x, 6 * y, (x * 7 + y * 3) % 256]);

function brighter(image: Image, by: number): Image {
  return { ...image, data: image.data.map((value) => Math.min(255, value + by)) };
}

function at(image: Image, x: number, y: number): number[] {
  return [...image.data.subarray(3 * (y * image.width + x), 3 * (y * image.width + x) + 3)];
}

for (const mode of ['crop', 'pad', 'squash'] as const satisfies readonly FitMode[]) {
  test(`${mode}: an edit that changes nothing leaves the photo as it is`, () => {
    const fitted = fit(photo, SIDE, mode);
    assert.equal(paste(photo, fitted, fitted.image, fitted.image, 'change').data, photo.data);
  });

  test(`${mode}: what the edit adds is added in the middle of the region`, () => {
    const fitted = fit(photo, SIDE, mode);
    const plain = draw(SIDE, SIDE, () => [100, 100, 100]);
    const out = paste(photo, fitted, brighter(plain, 20), plain, 'change');
    assert.equal([out.width, out.height], [60, 40]);
    const [before, after] = [at(photo, 30, 20), at(out, 30, 20)];
    assert.equal(
      after,
      before.map((value) => Math.min(255, value + 20)),
    );
  });

  test(`${mode}: replace shows the picture itself`, () => {
    const fitted = fit(photo, SIDE, mode);
    const edited = draw(SIDE, SIDE, () => [10, 200, 30]);
    assert.equal(at(paste(photo, fitted, edited, fitted.image, 'replace'), 30, 20), [10, 200, 30]);
  });
}

test('outside of the region the photo stays byte for byte, and the edges fade', () => {
  const fitted = fit(photo, SIDE, 'crop'); // columns 10 to 49
  const out = paste(
    photo,
    fitted,
    draw(SIDE, SIDE, () => [0, 0, 0]),
    fitted.image,
    'replace',
  );
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 60; x++) if (x < 10 || x >= 50) assert.equal(at(out, x, y), at(photo, x, y));
  }
  const share = (x: number) => at(out, x, 20)[1]! / at(photo, x, 20)[1]!;
  assert.ok(share(10) > share(11) && share(11) > share(12), 'fades from the left edge');
  assert.is(share(30), 0);
  assert.equal(at(out, 30, 0), [0, 0, 0], 'no fading where the photo ends');
});

test('pictures of another size are refused', async () => {
  const fitted = fit(photo, SIDE, 'crop');
  await refuses(() => paste(photo, fitted, photo, fitted.image, 'change'), /60×40.*16×16/);
  const smaller = draw(40, 40, () => [0, 0, 0]);
  await refuses(() => paste(smaller, fitted, fitted.image, fitted.image, 'change'), /outside of the 40×40/);
});

test.run();
