/** Rows, tables, comparisons and the roof: arithmetic over numbers, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layerScene } from '../../bench/charts/layers.js';
import { roofAt, rooflinePoints, rooflineScene } from '../../bench/charts/roofline.js';
import { compareRuns, geometricMean } from '../../bench/compare.js';
import { kernelTimes, layerTimes, type StepRow } from '../../bench/step-rows.js';
import { stepKernels, stepTable } from '../../bench/step-table.js';
import { convolutionCase } from '../../src/autograd/measure/convolution-case.js';
import { isEffective, machineOf, type Results, type Row, rowOf } from '../../src/cli/bench-results.js';
import { headline, kernelTable, ratioToBest } from '../../src/cli/bench-table.js';
import { sceneToSvg } from '../../src/io/draw/scene.js';

const ceilings = { fma_gflops: 100, copy_gbs: 10 };
const wide = convolutionCase('conv3x3', '512x512@16', 'forward'); // 2 · 9 · 512² · 256 operations
const once = (milliseconds: number) => ({ milliseconds, samples: 1 });
const own = rowOf('fwplus', wide, once(10), ceilings);

function results(rows: readonly Row[]): Results {
  return {
    adapter: 'any',
    driver: 'some',
    versions: { fwplus: '1.0.0' },
    date: '2026-01-01',
    ceilings,
    rows,
  };
}

test('a row has the rates of its operations and bytes, and the share of the ceiling of multiply-adds', () => {
  const { gflops, gbs, percent, ms } = own;
  assert.equal([gflops, percent, ms], [120.8, 120.8, 10]);
  assert.ok(Math.abs(gbs! - (4 * (2 * 512 * 256 + 9 * 512 ** 2)) / 1e7) < 1e-4);
  assert.ok(isEffective(own));
});

test('where memory alone counts, there are no GFLOP/s, and the share is that of the copy', () => {
  const launches = () => [];
  const row = rowOf('fwplus', { ...wide, kernel: 'add', flops: 0, bytes: 5e7, launches }, once(10), ceilings);
  assert.equal([row.gflops, row.gbs, row.percent], [null, 5, 50]);
  assert.not(isEffective(row));
});

test('a row of a file has the fields that are promised, and no others', () => {
  assert.equal(Object.keys(own), [
    'engine',
    'kernel',
    'pass',
    'shape',
    'ms',
    'gflops',
    'gbs',
    'percent',
    'samples',
  ]);
});

test('the ratio is to the quickest of the others', () => {
  const peer = (engine: Row['engine'], ms: number) => rowOf(engine, wide, once(ms), ceilings);
  assert.is(ratioToBest(own, [peer('tfjs', 90), peer('jax-js', 70)]), 7);
  assert.is(ratioToBest(own, []), undefined);
  assert.is(ratioToBest(undefined, [peer('tfjs', 90)]), undefined);
  const table = kernelTable({ rows: [own, peer('tfjs', 90), peer('jax-js', 70)] });
  assert.match(table, 'TF.js   jax-js   over best');
  assert.match(table, /conv3x3 +forward +512x512@16 +10.0 +121 .* 121\* +13.4 +17.3 +7.0×/);
  assert.match(table, '* effective');
});

test('the headline names adapter, driver, versions and ceilings', () => {
  const text = headline(results([]));
  for (const part of ['any, some', 'fwplus 1.0.0', '100 GFLOP/s', '10.0 GB/s']) assert.match(text, part);
  assert.is(machineOf({ adapter: 'any', driver: 'any' }), 'any');
});

test('two runs are compared row by row', () => {
  const slower = { ...own, ms: 20 };
  const alone = { ...own, shape: '1x1@1' };
  const text = compareRuns(results([slower, alone]), {
    ...results([own]),
    ceilings: { fma_gflops: 200, copy_gbs: 10 },
  });
  assert.match(text, /conv3x3 +forward +512x512@16 +20.0 +10.0 +2.00×/);
  assert.match(text, 'multiply-adds 2.00×, copy 1.00×');
  assert.match(text, 'Geometric mean of 1: 2.000×');
  assert.match(text, 'In A alone: 1 rows; in B alone: 0');
  assert.not.match(text, 'They differ in');
});

test('runs under other conditions say so, and rows without a time are in none', () => {
  const other = { ...results([{ ...own, ms: 0 }]), versions: { fwplus: '1.0.0', clock: 'gpu' } };
  const text = compareRuns(results([own]), other);
  assert.match(text, 'They differ in clock (none, gpu).');
  assert.match(text, 'They have no row in common.');
});

test('a mean of ratios is geometric: twice as fast and half as fast make no difference', () => {
  const pair = (a: number, b: number) => ({ a: { ms: a }, b: { ms: b } });
  assert.ok(Math.abs(geometricMean([pair(2, 1), pair(1, 2)]) - 1) < 1e-12);
});

test('the roof is the copy up to the ridge, and the multiply-adds from there', () => {
  assert.equal(
    [1, 5, 10, 50].map((intensity) => roofAt(intensity, ceilings)),
    [10, 50, 100, 100],
  );
});

test('a dot stands at operations a byte', () => {
  const memory = { ...own, gflops: null };
  const [point, ...more] = rooflinePoints([own, memory]);
  assert.is(more.length, 0);
  assert.ok(Math.abs(point!.intensity - wide.flops / wide.bytes) < 1e-2);
  assert.is(point!.gflops, own.gflops);
});

const profile = [
  { label: 'b64.conv1.convolution', kernel: 'conv', milliseconds: 3, flops: 30 },
  { label: '∂b64.conv1.convolution.data gradient', kernel: 'conv', milliseconds: 4, flops: 40 },
  {
    label: '∂b64.conv1.convolution.epilogue',
    kernel: 'channel_gradients.epilogue',
    milliseconds: 1,
    flops: 0,
  },
  { label: 'perceptual.convolution', kernel: 'conv', milliseconds: 2, flops: 0 },
  { label: '∂styles.styles', kernel: 'styles.backward', milliseconds: 0.25, flops: 0 },
  { label: 'adam base code', kernel: 'adam', milliseconds: 0.5, flops: 0 },
  { label: '∂perceptual.convolution.data gradient', kernel: 'conv', milliseconds: 6, flops: 0 },
];

test('time by layer and by kernel', () => {
  assert.equal(layerTimes(profile), [
    { layer: 'b64.conv1', forward: 3, backward: 5 },
    { layer: 'perceptual', forward: 2, backward: 6 },
    { layer: 'the rest', forward: 0.5, backward: 0.25 },
  ]);
  assert.equal(kernelTimes(profile)[0], { kernel: 'conv', calls: 4, ms: 15 });
});

test('charts and tables of whole steps hold their numbers', () => {
  const step: StepRow = {
    ...own,
    kernel: 'step',
    pass: 'invert',
    shape: '64',
    perSecond: 80,
    outsideKernels: 0.16,
    gpuBytes: 3 * 2 ** 20,
    layers: layerTimes(profile),
    kernels: kernelTimes(profile),
  };
  assert.match(stepTable([step]), /step of inversion +64 +10.0 +80.0 .* 16.0 % +3$/);
  assert.match(stepKernels(step), /conv +4 +15.0 +90/);
  const svg = sceneToSvg(layerScene(step, { adapter: 'any-', driver: 'some' }));
  for (const text of [
    'b64.conv1',
    'perceptual',
    'forward',
    'backward',
    'any, some. 10 ms a step, 16 % of it outside',
  ])
    assert.match(svg, text);
  const roof = sceneToSvg(rooflineScene(results([own, { ...own, engine: 'tfjs', gflops: 5 }])));
  for (const text of ['conv3x3', 'other engines', 'multiply-adds 100 GFLOP/s']) assert.match(roof, text);
});

test.run();
