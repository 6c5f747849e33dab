import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodePng, encodePng } from '../../src/io/png.js';
import { draw, fixture, pictureIn, refuses, samePicture, tensorFixture } from './fixtures.js';
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

const pillow = tensorFixture('png.safetensors');
for (const name of pillow.keys()) {
  test(`reads ${name} as Pillow does, which wrote it`, async () => {
    samePicture(await decodePng(fixture(`png/${name}.png`)), pictureIn(pillow, name));
  });
}

test('writes what it reads, the same bytes each time', async () => {
  for (const [width, height] of [...sizes, [50, 3]]) {
    const image = draw(width, height, (x, y) => [x * 8, 255 - x * y, (x ^ y) * 31]);
    const bytes = await encodePng(image);
    samePicture(await decodePng(bytes), image);
    assert.equal(await encodePng(image), bytes);
  }
});

/** `png` with one more chunk before its pixels. */
function withChunk(png: Uint8Array, chunk: Uint8Array): Uint8Array {
  return Uint8Array.from([...png.subarray(0, 33), ...chunk, ...png.subarray(33)]);
}

test('ignores a colour that stands for transparency', async () => {
  for (const [colour, depth] of [
    [0, 8],
    [0, 4],
    [2, 8],
    [2, 16],
  ] as const) {
    const recipe: PngRecipe = { width: 3, height: 2, colour, depth, sample: (x) => 5 + x };
    const transparent = new Uint8Array(colour === 0 ? 2 : 6).map((_, i) => (i % 2) * 5);
    const bytes = withChunk(makePng(recipe), pngChunk('tRNS', transparent));
    samePicture(await decodePng(bytes), expected(recipe));
  }
});

test('ignores what follows the end', async () => {
  samePicture(await decodePng(Uint8Array.from([...whole, 1, 2, 3])), await decodePng(whole));
});

test('turns a picture by its eXIf chunk', async () => {
  const exif = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  const plain = makePng({ width: 3, height: 2, colour: 0, depth: 8, sample: (x, y) => 10 * x + y });
  const { width, height, data } = await decodePng(withChunk(plain, pngChunk('eXIf', Uint8Array.from(exif))));
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

test('says that a checksum is wrong', async () => {
  for (const at of [8 + 24, whole.length - 13, whole.length - 1]) {
    const damaged = whole.slice();
    damaged[at] ^= 1;
    await refuses(() => decodePng(damaged), /a checksum \(CRC\) is wrong/);
  }
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
    [header(5, 5, 8, 2, 0), /compressed data are damaged/],
  ];
  for (const [ihdr, pattern] of cases) {
    await refuses(() => decodePng(joinPng([pngChunk('IHDR', ihdr), rubbish, end])), pattern);
  }
  const twice = [header(4, 4, 8, 2, 0), header(2, 2, 8, 2, 0)].map((each) => pngChunk('IHDR', each));
  await refuses(() => decodePng(joinPng([...twice, rubbish, end])), /two IHDR chunks/);
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

test('refuses damaged data behind the right checksum', async () => {
  const size = 40;
  const large = { width: size, height: size, colour: 2, depth: 8, sample: sampleOf(8) } as const;
  for (const interlaced of [false, true]) {
    const png = makePng({ ...large, interlaced });
    const body = [...png.subarray(41, 54), ...png.subarray(66, png.length - 16)];
    const ihdr = pngChunk('IHDR', header(size, size, 8, 2, interlaced ? 1 : 0));
    const holding = (bytes: readonly number[]) => joinPng([ihdr, pixels(Uint8Array.from(bytes)), end]);
    samePicture(await decodePng(holding(body)), expected(large));
    const middle = body.length >> 1;
    await refuses(() => decodePng(holding(body.slice(0, middle))), /compressed data/);
    await refuses(() => decodePng(holding(body.with(-1, body[body.length - 1] ^ 1))), /compressed data/);
    await refuses(() => decodePng(holding(body.with(middle, body[middle] ^ 255))), /damaged|compressed data/);
  }
});

test('refuses a palette that is missing or lacks a colour', async () => {
  const recipe: PngRecipe = { width: 2, height: 1, colour: 3, depth: 8, sample: (x) => 2 + x };
  await refuses(() => decodePng(makePng(recipe)), /palette/);
  const three = palette.subarray(0, 9);
  await refuses(() => decodePng(makePng({ ...recipe, palette: three })), /index 3 not in palette/);
});

test.run();
