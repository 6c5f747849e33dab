import { PNG } from 'pngjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodePng, encodePng } from '../../src/io/png.js';
import { draw, refuses, samePicture } from './fixtures.js';
import { header, joinPng, makePng, type PngRecipe, pngChunk } from './make-png.js';

const palette = Uint8Array.from({ length: 3 * 256 }, (_, i) => (i * 37 + (i % 3) * 50) & 255);
const kinds = [
  ...[1, 2, 4, 8, 16].map((depth) => ({ colour: 0, depth }) as const),
  ...[8, 16].map((depth) => ({ colour: 2, depth }) as const),
  ...[1, 2, 4, 8].map((depth) => ({ colour: 3, depth, palette }) as const),
  ...[8, 16].map((depth) => ({ colour: 4, depth }) as const),
  ...[8, 16].map((depth) => ({ colour: 6, depth }) as const),
];
const sizes = [
  [1, 1],
  [3, 2],
  [13, 11],
  [8, 17],
] as const;

/** The sample of every recipe here: all bits vary, and so does alpha, which must not matter. */
function sampleOf(depth: number): PngRecipe['sample'] {
  return (x, y, channel) => (x * 7919 + y * 104729 + channel * 31337 + 5 * x * y) % 2 ** depth;
}

/** What the definition of PNG makes of it: alpha ignored, 16 → 8 bit by >> 8. */
function expected({ width, height, colour, depth, sample }: PngRecipe) {
  const to8 = (value: number) => (depth === 16 ? value >> 8 : Math.round((value * 255) / (2 ** depth - 1)));
  return draw(width, height, (x, y) => {
    if (colour === 3) return [0, 1, 2].map((c) => palette[3 * sample(x, y, 0) + c]);
    return [0, 1, 2].map((c) => to8(sample(x, y, colour === 2 || colour === 6 ? c : 0)));
  });
}

for (const kind of kinds) {
  for (const interlaced of [false, true]) {
    test(`reads colour type ${kind.colour} with ${kind.depth} bits${interlaced ? ', interlaced' : ''}`, async () => {
      for (const [width, height] of sizes) {
        const recipe: PngRecipe = { ...kind, width, height, interlaced, sample: sampleOf(kind.depth) };
        samePicture(await decodePng(makePng(recipe)), expected(recipe), `${width}×${height}`);
      }
    });
  }
}

test('reads what another encoder writes, and is read by another decoder', async () => {
  const image = draw(31, 20, (x, y) => [x * 8, y * 12, (x * y) & 255]);
  const png = new PNG({ width: 31, height: 20 });
  for (let i = 0; i < 31 * 20; i++) png.data.set([...image.data.subarray(3 * i, 3 * i + 3), i & 255], 4 * i);
  samePicture(await decodePng(PNG.sync.write(png)), image);

  const back = PNG.sync.read(Buffer.from(await encodePng(image)));
  assert.is(back.width, 31);
  assert.equal(
    [...back.data].filter((_, i) => i % 4 !== 3),
    [...image.data],
  );
});

test('writes what it reads, the same bytes each time, with text', async () => {
  const image = draw(50, 3, (x, y) => [x, 255 - x * y, 128]);
  const text = { Software: 'fwplus', Comment: 'λ = 10, “quoted”' };
  const bytes = await encodePng(image, { text });
  samePicture(await decodePng(bytes), image);
  assert.equal(await encodePng(image, { text }), bytes);
  assert.ok(new TextDecoder().decode(bytes).includes('iTXtComment\0\0\0\0\0λ = 10, “quoted”'));
  await refuses(() => encodePng(image, { text: { '': 'x' } }), /keyword ""/);
});

test('turns a picture by its eXIf chunk', async () => {
  const exif = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  const plain = makePng({ width: 3, height: 2, colour: 0, depth: 8, sample: (x, y) => 10 * x + y });
  const turned = Uint8Array.from([
    ...plain.subarray(0, 33),
    ...pngChunk('eXIf', Uint8Array.from(exif)),
    ...plain.subarray(33),
  ]);
  const { width, height, data } = await decodePng(turned);
  assert.equal([width, height], [2, 3]);
  assert.equal(
    [...data].filter((_, i) => i % 3 === 0),
    [1, 0, 11, 10, 21, 20],
  );
});

const whole = makePng({ width: 9, height: 9, colour: 2, depth: 8, sample: sampleOf(8) });

test('refuses every truncation', async () => {
  for (let length = 0; length < whole.length; length++) {
    await refuses(() => decodePng(whole.subarray(0, length), { name: 'a.png' }), /^Reading a\.png as PNG: /);
  }
});

test('refuses every changed byte', async () => {
  for (let i = 0; i < whole.length; i++) {
    const damaged = whole.slice();
    damaged[i] ^= 0x10;
    await refuses(() => decodePng(damaged));
  }
});

test('says which checksum is wrong', async () => {
  const damaged = whole.slice();
  damaged[45] ^= 1;
  await refuses(() => decodePng(damaged), /CRC of chunk IDAT at byte 33 is wrong/);
});

const pixels = (bytes: Uint8Array) => pngChunk('IDAT', bytes);
const end = pngChunk('IEND', new Uint8Array(0));

test('refuses headers that cannot be, before it decompresses anything', async () => {
  const rubbish = pixels(Uint8Array.of(1, 2, 3));
  const cases: [Uint8Array, RegExp][] = [
    [header(0, 5, 8, 2, 0), /size is 0×5/],
    [header(8001, 8000, 8, 2, 0), /8001×8000, 64 megapixels; at most 64 megapixels/],
    [header(2 ** 31 - 1, 2 ** 31 - 1, 8, 2, 0), /megapixels/],
    [header(5, 5, 3, 2, 0), /colour type 2 with 3 bits does not exist/],
    [header(5, 5, 8, 5, 0), /colour type 5/],
    [header(5, 5, 8, 2, 2), /interlacing 2/],
    [header(5, 5, 8, 3, 0), /no palette/],
    [header(5, 5, 8, 2, 0), /compressed data are damaged/],
  ];
  for (const [ihdr, pattern] of cases) {
    await refuses(() => decodePng(joinPng([pngChunk('IHDR', ihdr), rubbish, end])), pattern);
  }
  await refuses(() => decodePng(joinPng([rubbish, end])), /does not begin with an IHDR/);
  await refuses(() => decodePng(joinPng([pngChunk('IHDR', header(5, 5, 8, 2, 0)), end])), /no pixels/);
});

test('keeps to the budget it is given', async () => {
  await refuses(() => decodePng(whole, { maxPixels: 80 }), /9×9/);
  assert.is((await decodePng(whole, { maxPixels: 81 })).width, 9);
});

test('refuses too little and too much behind the right header', async () => {
  const small = makePng({ width: 4, height: 4, colour: 0, depth: 8, sample: () => 0 });
  const body = small.subarray(33, small.length - 12);
  const as = (w: number, h: number) =>
    Uint8Array.from([...joinPng([pngChunk('IHDR', header(w, h, 8, 0, 0))]), ...body, ...end]);
  assert.is((await decodePng(as(4, 4))).height, 4);
  await refuses(() => decodePng(as(4, 5)), /end after 20 of 25 bytes/);
  await refuses(() => decodePng(as(4, 3)), /more than the 15 bytes/);
});

test('refuses a colour that the palette lacks', async () => {
  const bytes = makePng({
    ...{ width: 2, height: 1, colour: 3, depth: 8, palette: palette.subarray(0, 9) },
    sample: (x) => 2 + x,
  });
  await refuses(() => decodePng(bytes), /colour 3, and the palette only 3/);
});

test.run();
