import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crop, fit } from '../../src/io/fit.js';
import { resizeLanczos } from '../../src/io/resize.js';
import { draw, pictureIn, refuses, samePicture, tensorFixture } from './fixtures.js';

const recorded = tensorFixture('lanczos.safetensors');
const cases = [...recorded.keys()].filter((name) => name.includes(' '));

test('has recorded cases', () => assert.is(cases.length, 12));

for (const name of cases) {
  test(`gives Pillow's bytes: ${name}`, () => {
    const [source] = name.split(' ');
    const wanted = pictureIn(recorded, name);
    const found = resizeLanczos(pictureIn(recorded, source), wanted.width, wanted.height);
    samePicture(found, wanted);
  });
}

test('never gives back the picture it was given', () => {
  const image = draw(4, 4, (x, y) => [x, y, 0]);
  const same = resizeLanczos(image, 4, 4);
  samePicture(same, image);
  assert.is.not(same.data, image.data);
});

test('refuses sizes that are none', async () => {
  const image = draw(4, 4, () => [0, 0, 0]);
  for (const size of [0, -1, 2.5, Number.NaN])
    await refuses(() => resizeLanczos(image, size, 4), /positive integers/);
  await refuses(() => fit(image, 0, 'pad'), /positive integer/);
});

/** Left third red, middle green, right blue. */
const flag = draw(90, 30, (x) => [x < 30 ? 255 : 0, x >= 30 && x < 60 ? 255 : 0, x >= 60 ? 255 : 0]);
const at = ({ width, data }: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

test('squash stretches the whole picture', () => {
  const { image, source, square } = fit(flag, 30, 'squash');
  samePicture(image, resizeLanczos(flag, 30, 30));
  assert.equal(source, { x: 0, y: 0, width: 90, height: 30 });
  assert.equal(square, { x: 0, y: 0, width: 30, height: 30 });
});

test('crop takes the middle square', () => {
  const { image, source, square } = fit(flag, 15, 'crop');
  assert.equal(source, { x: 30, y: 0, width: 30, height: 30 });
  assert.equal(square, { x: 0, y: 0, width: 15, height: 15 });
  assert.equal(
    image,
    draw(15, 15, () => [0, 255, 0]),
  );
  const tall = draw(3, 8, (_, y) => [y, 0, 0]);
  assert.equal(fit(tall, 3, 'crop').source, { x: 0, y: 2, width: 3, height: 3 });
});

test('pad shows everything and repeats the edge', () => {
  const { image, source, square } = fit(flag, 45, 'pad');
  assert.equal(source, { x: 0, y: 0, width: 90, height: 30 });
  assert.equal(square, { x: 0, y: 15, width: 45, height: 15 });
  samePicture(crop(image, square), resizeLanczos(flag, 45, 15));
  for (const y of [0, 44]) {
    assert.equal(at(image, 3, y), [255, 0, 0]);
    assert.equal(at(image, 22, y), [0, 255, 0]);
    assert.equal(at(image, 40, y), [0, 0, 255]);
  }
});

test('pad keeps a line of a very long picture', () => {
  const line = draw(500, 1, () => [9, 9, 9]);
  const { image, square } = fit(line, 16, 'pad');
  assert.equal(square, { x: 0, y: 7, width: 16, height: 1 });
  assert.equal(
    image,
    draw(16, 16, () => [9, 9, 9]),
  );
});

test('crop refuses a rectangle outside', async () => {
  await refuses(() => crop(flag, { x: 80, y: 0, width: 11, height: 5 }), /leaves it/);
});

test.run();
