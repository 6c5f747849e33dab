import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { enlargeNearest } from '../../src/io/draw/canvas.js';
import { crop } from '../../src/io/fit.js';
import { plot } from '../../src/io/plot.js';
import { sheet } from '../../src/io/sheet.js';
import { formatTick, linearAxis, logAxis } from '../../src/io/ticks.js';
import { draw, refuses, samePicture } from './fixtures.js';

const labels = ({ ticks }: { ticks: readonly { label: string }[] }) =>
  ticks.map(({ label }) => label).join(' ');

test('linear ticks are round numbers', () => {
  const cases: [number, number, string][] = [
    [0, 1, '0 0.2 0.4 0.6 0.8 1.0'],
    [10.2, 29.1, '10 15 20 25 30'],
    [0, 1200, '0 200 400 600 800 1,000 1,200'],
    [-0.3, 0.3, '−0.3 −0.2 −0.1 0 0.1 0.2 0.3'],
    [0.00031, 0.00069, '0.0003 0.0004 0.0005 0.0006 0.0007'],
    [3, 3, '2.7 2.8 2.9 3.0 3.1 3.2 3.3'],
    [0, 0, '−1.0 −0.5 0 0.5 1.0'],
  ];
  for (const [least, greatest, wanted] of cases) assert.is(labels(linearAxis(least, greatest, 5)), wanted);
  assert.is(labels(linearAxis(0, 1199, 6, false)), '0 200 400 600 800 1,000');
});

test('logarithmic ticks suit the range', () => {
  const cases: [number, number, string][] = [
    [0.05, 2.3, '0.05 0.1 0.2 0.5 1 2'],
    [0.001, 1, '0.001 0.003 0.01 0.03 0.1 0.3 1'],
    [1e-8, 1, '1e−8 1e−7 1e−6 1e−5 0.0001 0.001 0.01 0.1 1'],
    [1e-20, 1, '1e−18 1e−15 1e−12 1e−9 1e−6 0.001 1'],
    [0.3, 0.33, '0.300 0.305 0.310 0.315 0.320 0.325 0.330'],
    [4, 4, '2 3 4 5 6 7 8'],
  ];
  for (const [least, greatest, wanted] of cases) {
    const axis = logAxis(least, greatest);
    assert.is(labels(axis), wanted);
    assert.ok(axis.position(least) >= 0 && axis.position(greatest) <= 1);
  }
  assert.ok(Math.abs(logAxis(1, 100).position(10) - 0.5) < 1e-12);
});

test('numbers are short, with a true minus sign', () => {
  assert.is(formatTick(-0.15, 0.15), '−0.15');
  assert.is(formatTick(2e-5, 1e-5), '2e−5');
  assert.is(formatTick(3e6, 1e6), '3e6');
  assert.is(formatTick(12000, 2000), '12,000');
});

/** How many lines of the chart have this colour, and their points. */
function lines(svg: string, colour: string): string[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"[^>]*stroke="(#\w+)"/g)]
    .filter((match) => match[2] === colour)
    .map((match) => match[1]);
}

const blue = '#1c65b2';

test('a chart has a line for every unbroken piece, its names and its words', () => {
  const y = [1, 2, Number.NaN, 3, Infinity, 2, 1];
  const { svg, image } = plot({
    ...{ title: 'A < B & "C"', subtitle: 'sub', xLabel: 'Time', yLabel: 'Loss' },
    series: [
      { name: 'first', y },
      { name: 'nothing', y: [Number.NaN] },
    ],
  });
  assert.equal(
    lines(svg, blue).map((points) => points.split(' ').length),
    [2, 2, 2],
  );
  for (const words of [
    'A &lt; B &amp; &quot;C&quot;',
    'sub',
    'Time',
    'Loss',
    'first',
    'nothing (no values)',
  ]) {
    assert.ok(svg.includes(`>${words}</text>`), words);
  }
  assert.not.match(svg, /NaN|Infinity|undefined/);
  assert.equal([image.width, image.height], [1520, 880]);
  assert.ok(
    image.data.some((_, i) => i % 3 === 0 && image.data[i] === 28 && image.data[i + 1] === 101),
    'paints it',
  );
});

test('a logarithmic chart leaves out what has no logarithm', () => {
  const { svg } = plot({ title: '', yScale: 'log', series: [{ name: 's', y: [10, 0, 1, 0.1, -1] }] });
  const points = lines(svg, blue);
  assert.is(points.length, 2);
  const [[, y1], [, y2]] = points[1].split(' ').map((pair) => pair.split(',').map(Number));
  const [[, y0]] = points[0].split(' ').map((pair) => pair.split(',').map(Number));
  assert.ok(Math.abs(y2 - y1 - (y1 - y0)) < 0.03, 'equal steps for equal factors');
});

test('a chart of ten thousand points stays small and keeps its peaks', () => {
  const y = Float32Array.from({ length: 10000 }, (_, i) => (i === 5003 ? 9 : Math.sin(i)));
  const { svg } = plot({ title: 't', series: [{ name: 's', y }] });
  assert.ok(svg.length < 120_000, `${svg.length}`);
  const heights = lines(svg, blue)[0]
    .split(' ')
    .map((pair) => Number(pair.split(',')[1]));
  const sorted = [...heights].sort((a, b) => a - b);
  assert.ok(sorted[1] - sorted[0] > 150, 'the peak is there');
});

test('a chart without any value is still a chart', () => {
  for (const yScale of ['linear', 'log'] as const) {
    assert.not.match(plot({ title: 't', yScale, series: [{ name: 's', y: [] }] }).svg, /NaN|Infinity/);
    assert.not.match(plot({ title: 't', yScale, series: [] }).svg, /NaN|Infinity/);
  }
});

test('names of curves that end together do not overlap', () => {
  const series = Array.from({ length: 6 }, (_, i) => ({ name: `curve ${i}`, y: [i, 1] }));
  const { svg } = plot({ title: 't', series });
  const ys = [...svg.matchAll(/y="([\d.]+)"[^>]*>curve \d</g)]
    .map((match) => Number(match[1]))
    .sort((a, b) => a - b);
  assert.is(ys.length, 6);
  for (let i = 1; i < 6; i++) assert.ok(ys[i] - ys[i - 1] >= 15.9);
});

const picture = draw(20, 20, (x, y) => [10 * x, 10 * y, 99]);

test('a sheet shows each picture whole, in its cell', () => {
  const plain = sheet([{ images: [{ image: picture }, { image: picture }] }], 'T', {
    cell: 40,
    enlarge: 'nearest',
  });
  assert.equal(plain.width, 48 + 40 + 20 + 40 + 48);
  const y = plain.height - 48 - 40;
  for (const x of [48, 108]) {
    samePicture(crop(plain, { x, y, width: 40, height: 40 }), enlargeNearest(picture, 2), `${x}`);
  }
});

test('labels, captions and headings make room for themselves', () => {
  const images = [{ image: picture }, undefined, { image: picture, caption: 'c' }];
  const bare = sheet([{ images }], 'T');
  assert.ok(sheet([{ label: 'label', images }], 'T').width > bare.width);
  assert.ok(sheet([{ images: [{ image: picture }] }], 'T').height < bare.height);
  assert.ok(sheet([{ images }], 'T', { columns: ['a'] }).height > bare.height);
  assert.ok(sheet([{ images }], 'T', { subtitle: 'a' }).height > bare.height);
});

test('a sheet without pictures is refused', async () => {
  await refuses(() => sheet([], 'Empty'), /sheet "Empty": it has no pictures/);
  await refuses(() => sheet([{ images: [] }], 'Empty'), /no pictures/);
});

test.run();
