import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blit, enlargeNearest, fillRect } from '../../src/io/draw/canvas.js';
import { fillContours } from '../../src/io/draw/fill.js';
import { strokePolyline } from '../../src/io/draw/stroke.js';
import { drawText, measureText, wrapText } from '../../src/io/draw/text.js';
import { createImage, type Image } from '../../src/io/image.js';
import { draw, samePicture } from './fixtures.js';

const black = [0, 0, 0] as const;

/** How much black there is, in pixels. */
function inked({ data }: Image): number {
  return data.reduce((sum, value) => sum + 255 - value, 0) / 3 / 255;
}

function near(found: number, wanted: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what} ${found}, wanted ${wanted} ± ${tolerance}`);
}

test('a filled outline covers its area, whatever its place and slope', () => {
  const shapes: [number[][], number][] = [
    [[[2, 2, 8, 2, 8, 7, 2, 7]], 30],
    [[[2.25, 2.5, 8.75, 2.5, 8.75, 3.25, 2.25, 3.25]], 6.5 * 0.75],
    [[[1, 1, 18.3, 4.7, 6.1, 17.9]], 136.75],
    [[[1, 1, 6.1, 17.9, 18.3, 4.7]], 136.75],
    [[[0.1, 0.1, 19.9, 0.2, 0.3, 0.4]], 2.96],
    // A hole runs the other way round.
    [
      [
        [2, 2, 12, 2, 12, 12, 2, 12],
        [4, 4, 4, 9, 9, 9, 9, 4],
      ],
      75,
    ],
    // What is covered twice is not darker.
    [
      [
        [2, 2, 12, 2, 12, 12, 2, 12],
        [2, 2, 12, 2, 12, 12, 2, 12],
      ],
      100,
    ],
    // What lies outside the picture is cut off.
    [[[-5, -5, 5, -5, 5, 5, -5, 5]], 25],
    [[[15, 15, 25, 15, 25, 25, 15, 25]], 25],
    [[[30, 30, 40, 30, 40, 40]], 0],
  ];
  for (const [contours, area] of shapes) {
    const image = createImage(20, 20);
    fillContours(image, contours, black);
    near(inked(image), area, 0.06, JSON.stringify(contours));
  }
});

test('an outline covers each pixel in proportion', () => {
  const image = createImage(3, 1);
  fillContours(image, [[0.25, 0, 2.5, 0, 2.5, 1, 0.25, 1]], black);
  assert.equal(
    [...image.data].filter((_, i) => i % 3 === 0),
    [64, 0, 128],
  );
});

test('a line has the width it is given, round ends, and is no darker where it meets itself', () => {
  const image = createImage(60, 20);
  strokePolyline(image, [10, 10, 50, 10], 4, black);
  near(inked(image), 40 * 4 + Math.PI * 4, 0.5);
  const before = image.data.slice();
  const again = createImage(60, 20);
  strokePolyline(again, [10, 10, 50, 10, 10, 10], 4, black);
  assert.equal(again.data, before);
  const slanted = createImage(60, 60);
  strokePolyline(slanted, [10, 10, 40, 50], 3, black);
  near(inked(slanted), 50 * 3 + Math.PI * 2.25, 1);
  const thin = createImage(60, 20);
  strokePolyline(thin, [10, 10, 50, 10], 0.5, black);
  near(inked(thin), 40 * 0.5, 2.5, 'thin');
});

test('dashes leave half of a line, also over corners', () => {
  const image = createImage(100, 100);
  strokePolyline(image, [10, 10, 85, 10, 85, 85], 1, black, 5);
  near(inked(image), 75 + 15, 12);
});

test('rectangles and pictures are cut at the border', () => {
  const image = createImage(4, 3);
  fillRect(image, -1, 1, 3, 9, black);
  samePicture(
    image,
    draw(4, 3, (x, y) => (x < 2 && y >= 1 ? [0, 0, 0] : [255, 255, 255])),
  );
  const stamp = draw(3, 3, (x, y) => [10 * x, 10 * y, 1]);
  for (const [dx, dy] of [
    [-1, -2],
    [2, 1],
    [0, 0],
    [9, 0],
    [0, -9],
  ]) {
    const out = createImage(4, 3);
    blit(out, stamp, dx, dy);
    const inside = (x: number, y: number) => x >= dx && x < dx + 3 && y >= dy && y < dy + 3;
    samePicture(
      out,
      draw(4, 3, (x, y) => (inside(x, y) ? [10 * (x - dx), 10 * (y - dy), 1] : [255, 255, 255])),
      `${dx}, ${dy}`,
    );
  }
});

test('enlarging repeats pixels', () => {
  samePicture(
    enlargeNearest(
      draw(3, 2, (x, y) => [x, y, 0]),
      3,
    ),
    draw(9, 6, (x, y) => [Math.floor(x / 3), Math.floor(y / 3), 0]),
  );
});

test('text is as wide as Inter, and lies where it should', () => {
  // Advances of Inter 4.001 in 2048ths of an em, rounded to 512ths in the font file.
  near(measureText('i', { size: 2048 }), 500, 25);
  near(measureText('HH', { size: 100 }), 2 * measureText('H', { size: 100 }), 1e-9);
  assert.ok(measureText('mmm', { size: 10, weight: 'semibold' }) > measureText('mmm', { size: 10 }));

  const size = 40;
  for (const [align, left] of [
    ['left', 100],
    ['centre', 100 - measureText('H', { size }) / 2],
    ['right', 100 - measureText('H', { size })],
  ] as const) {
    const image = createImage(200, 80);
    drawText(image, 'H', 100, 60, { size, colour: black, align });
    let [x0, x1, y0, y1] = [200, 0, 80, 0];
    for (let y = 0; y < 80; y++) {
      for (let x = 0; x < 200; x++) {
        if (image.data[3 * (y * 200 + x)] > 127) continue;
        [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x + 1), Math.min(y0, y), Math.max(y1, y + 1)];
      }
    }
    assert.is(y1, 60, 'stands on the baseline');
    near(y0, 60 - 0.7275 * size, 1, 'height of capitals');
    near((x0 + x1) / 2, left + measureText('H', { size }) / 2, 1, align);
  }
});

test('every letter is drawn, and unknown ones are boxes', () => {
  for (const letter of '!~09AZaz±°×–−·ÄéßÿÐ“”…') {
    const image = createImage(60, 60);
    drawText(image, letter, 10, 45, { size: 40, colour: black });
    const box = createImage(60, 60);
    drawText(box, '漢', 10, 45, { size: 40, colour: black });
    assert.ok(inked(image) > 5, letter);
    assert.not.equal(image.data, box.data, letter);
  }
  assert.ok(measureText('漢', { size: 10 }) > 0);
  assert.is(
    measureText('constructor', { size: 10 }),
    [...'constructor'].reduce((w, l) => w + measureText(l, { size: 10 }), 0),
  );
});

test('text is broken between words, within long ones, and ends in an ellipsis', () => {
  const style = { size: 10 };
  const width = measureText('aaaa bbbb', style);
  assert.equal(wrapText('aaaa bbbb cccc', width, style), ['aaaa bbbb', 'cccc']);
  assert.equal(wrapText('one\ntwo', width, style), ['one', 'two']);
  assert.equal(wrapText('aaaa bbbb cccc dddd eeee', width, style, 2).length, 2);
  assert.match(wrapText('aaaa bbbb cccc dddd eeee', width, style, 2)[1], /^cccc.*…$/);
  assert.equal(wrapText('my_long_name.png', measureText('my_long_name', style), style), [
    'my_long_',
    'name.png',
  ]);
  for (const line of wrapText('x'.repeat(200), width, style)) assert.ok(measureText(line, style) <= width);
  assert.is(wrapText('x'.repeat(200), width, style).join(''), 'x'.repeat(200));
  assert.equal(wrapText('ab', 0.1, style), ['a', 'b'], 'ends where nothing fits');
});

test.run();
