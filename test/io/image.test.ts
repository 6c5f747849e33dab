import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeImage } from '../../src/io/decode.js';
import { createImage, imageFromFloat, imageToFloat } from '../../src/io/image.js';
import { encodePng } from '../../src/io/png.js';
import { sha256 } from '../../src/io/sha256.js';
import { draw, fixture, refuses, samePicture } from './fixtures.js';

test('every byte survives the way to floats and back', () => {
  const image = draw(256, 1, (x) => [x, 255 - x, 7]);
  const floats = imageToFloat(image);
  assert.is(floats[0], -1);
  assert.is(floats[1], 1);
  samePicture(imageFromFloat(floats, 256, 1), image);
});

test('floats are rounded half up and clipped', () => {
  const values = [-1.2, 1.2, 0.51 / 127.5 - 1, 0.49 / 127.5 - 1, 0, Infinity];
  assert.equal([...imageFromFloat(Float32Array.from(values), 2, 1).data], [0, 255, 1, 0, 128, 255]);
});

test('floats of the wrong number, or none, are refused', async () => {
  await refuses(() => imageFromFloat(new Float32Array(5), 2, 1), /found 5 values, wanted 6/);
  await refuses(() => imageFromFloat(Float32Array.of(0, Number.NaN, 0), 1, 1), /value 1 is NaN/);
  await refuses(() => imageToFloat(createImage(2, 1), new Float32Array(3)), /holds 3 values, wanted 6/);
  await refuses(() => createImage(0, 1), /0×1/);
});

test('PNG and JPEG are told apart by their bytes', async () => {
  const image = draw(5, 4, (x, y) => [x, y, 3]);
  samePicture(await decodeImage(await encodePng(image)), image);
  assert.is((await decodeImage(fixture('jpeg/grey.jpg'))).width, 53);
});

test('other files are named for what they are', async () => {
  const cases: [string, RegExp][] = [
    ['', /an empty file \(0 bytes\)/],
    ['GIF89a\x01', /a GIF image/],
    ['RIFF\x10\0\0\0WEBPVP8 ', /a WebP image/],
    ['\0\0\0\x18ftypheic', /a HEIC image/],
    ['\0\0\0\x18ftypavif', /an AVIF image/],
    ['\0\0\0\x18ftypisom', /a.* video/],
    ['%PDF-1.7', /a PDF document/],
    ['\n<!DOCTYPE html><html>', /an HTML page/],
    ['<?xml version="1.0"?><svg xmlns="">', /an SVG drawing/],
    ['PK\x03\x04', /a ZIP archive/],
    ['version https://git-lfs.github.com/spec/v1', /a Git LFS pointer/],
    ['hello there', /a text file/],
    ['\x01\x02\x03', /unknown kind \(first bytes 01 02 03\)/],
  ];
  for (const [text, pattern] of cases) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    await refuses(
      () => decodeImage(bytes, { name: 'pic' }),
      /^Reading pic: found .*wanted a PNG or JPEG/,
      pattern,
    );
  }
});

test('sha256 is that of FIPS 180-4, of views as well', async () => {
  const wanted = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.is(await sha256(new TextEncoder().encode('abc')), wanted);
  assert.is(await sha256(new TextEncoder().encode('xabcx').subarray(1, 4)), wanted);
});

test.run();
