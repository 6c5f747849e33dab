import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { orient } from '../../src/io/exif.js';
import type { Image } from '../../src/io/image.js';
import { decodeJpeg } from '../../src/io/jpeg.js';
import { draw, fixture, pictureIn, refuses, samePicture, tensorFixture } from './fixtures.js';

const decoded = tensorFixture('jpeg.safetensors');

/** The greatest and the mean difference to libjpeg. Subsampled chroma is enlarged by another rule there. */
const tolerances: Record<string, readonly [greatest: number, mean: number]> = {
  baseline: [3, 0.6],
  progressive: [3, 0.6],
  restarts: [3, 0.6],
  rgb: [2, 0.3],
  grey: [1, 0.2],
  cmyk: [3, 0.3],
  subsampled: [16, 2.6],
};

for (const [name, [greatest, mean]] of Object.entries(tolerances)) {
  test(`reads ${name}`, () => {
    const found = decodeJpeg(fixture(`jpeg/${name}.jpg`));
    const wanted = pictureIn(decoded, name);
    assert.equal([found.width, found.height], [wanted.width, wanted.height]);
    const differences = wanted.data.map((value, i) => Math.abs(value - found.data[i]));
    const sum = differences.reduce((total, value) => total + value, 0);
    assert.ok(Math.max(...differences) <= greatest, `greatest difference ${Math.max(...differences)}`);
    assert.ok(sum / differences.length <= mean, `mean difference ${sum / differences.length}`);
  });
}

/** Writes a picture of one letter per pixel as rows of letters. */
function letters({ width, data }: Image): string {
  const all = [...data].filter((_, i) => i % 3 === 0).map((code) => String.fromCharCode(code));
  return (all.join('').match(new RegExp(`.{${width}}`, 'g')) ?? []).join(' ');
}

const upright = ['ABC DEF', 'CBA FED', 'FED CBA', 'DEF ABC', 'AD BE CF', 'DA EB FC', 'FC EB DA', 'CF BE AD'];

test('orients a picture as each of the eight EXIF values says', () => {
  const image = draw(3, 2, (x, y) => [65 + x + 3 * y, 0, 0]);
  for (const [i, rows] of upright.entries()) {
    assert.is(letters(orient(image, (i + 1) as 1)), rows, `orientation ${i + 1}`);
  }
});

/** The file with an EXIF segment after its start, in either byte order. */
function withExif(jpeg: Uint8Array, orientation: number, little: boolean): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(26));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 1, little);
  tiff.setUint16(10, 0x0112, little);
  tiff.setUint16(12, 3, little);
  tiff.setUint32(14, 1, little);
  tiff.setUint16(18, orientation, little);
  const exif = [...new TextEncoder().encode('Exif\0\0'), ...new Uint8Array(tiff.buffer)];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2)]);
}

test('honours the EXIF orientation in either byte order', () => {
  const jpeg = fixture('jpeg/baseline.jpg');
  const plain = decodeJpeg(jpeg);
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    for (const little of [false, true]) {
      samePicture(decodeJpeg(withExif(jpeg, orientation, little)), orient(plain, orientation));
    }
  }
  samePicture(decodeJpeg(withExif(jpeg, 9, false)), plain, 'nonsense is taken as upright');
});

for (const name of ['baseline', 'progressive']) {
  test(`refuses every truncation of ${name}`, async () => {
    const jpeg = fixture(`jpeg/${name}.jpg`);
    for (let length = 2; length < jpeg.length; length++) {
      await refuses(
        () => decodeJpeg(jpeg.subarray(0, length), { name: 'a.jpg' }),
        /^Reading a\.jpg as JPEG: .*truncated/,
      );
    }
  });
}

test('refuses a picture whose end is missing but whose end marker is there', async () => {
  const jpeg = fixture('jpeg/baseline.jpg');
  const cut = Uint8Array.from([...jpeg.subarray(0, jpeg.length - 300), 0xff, 0xd9]);
  await refuses(() => decodeJpeg(cut), /damaged/);
});

test('ignores what follows the end marker', () => {
  const jpeg = fixture('jpeg/baseline.jpg');
  samePicture(decodeJpeg(Uint8Array.from([...jpeg, 0, 1, 2, 0xff, 0xd8, 9])), decodeJpeg(jpeg));
});

/** Where the frame header's marker stands. */
function frameAt(jpeg: Uint8Array): number {
  return jpeg.findIndex((byte, i) => byte === 0xff && (jpeg[i + 1] === 0xc0 || jpeg[i + 1] === 0xc2));
}

test('refuses kinds and sizes it does not read, by their frame header', async () => {
  const jpeg = fixture('jpeg/baseline.jpg');
  const at = frameAt(jpeg);
  const cases: [number, number[], RegExp][] = [
    [1, [0xc9], /arithmetic-coded/],
    [1, [0xc3], /lossless/],
    [1, [0xc5], /hierarchical/],
    [4, [12], /12 bits a sample/],
    [5, [0, 0], /size is 53×0/],
    [5, [0xff, 0xff, 0xff, 0xff], /65535×65535.*at most 64 megapixels/],
    [9, [2], /2 colour components/],
    [11, [0x01], /sampling factors 0×1/],
  ];
  for (const [offset, bytes, pattern] of cases) {
    const changed = jpeg.slice();
    changed.set(bytes, at + offset);
    await refuses(() => decodeJpeg(changed), pattern);
  }
  await refuses(() => decodeJpeg(jpeg, { maxPixels: 53 * 37 - 1 }), /53×37/);
});

test('throws nothing but its own errors on damage anywhere', async () => {
  for (const name of ['baseline', 'progressive', 'cmyk']) {
    const jpeg = fixture(`jpeg/${name}.jpg`);
    for (let i = 2; i < jpeg.length; i += 3) {
      const damaged = jpeg.slice();
      damaged[i] = 255 - damaged[i];
      // Some damage is still a picture; what is not must be refused in our words.
      let fine = true;
      try {
        decodeJpeg(damaged);
      } catch {
        fine = false;
      }
      if (!fine) await refuses(() => decodeJpeg(damaged), /^Reading the image as JPEG: /);
    }
  }
});

test.run();
