/** Pooling, resampling and feature distances. */
import { channelScale } from '../../src/autograd/ops/channel-scale.js';
import { featureDistance } from '../../src/autograd/ops/feature-distance.js';
import { globalAverage } from '../../src/autograd/ops/global-average.js';
import { averagePool, maxPool } from '../../src/autograd/ops/pooling.js';
import { bicubic, bilinear, upsample2 } from '../../src/autograd/ops/resample.js';
import type { TestCase } from '../harness/case.js';
import { casesOf, type OperationTest } from './operation.js';
import * as reference from './reference/images.js';
import { unitNormalise } from './reference/rows.js';

type Image = [batch: number, height: number, width: number, channels: number];

const averaged = (name: string, x: Image, size: number, recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => averagePool(x, size),
  reference: ({ x }) => reference.averagePool(x, size),
  recorded,
});

const largest = (
  name: string,
  x: Image,
  [size, stride]: [number, number],
  recorded: boolean | 'only' = false,
): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => maxPool(x, size, stride),
  reference: ({ x }) => reference.maxPool(x, size, stride),
  recorded,
});

const resized = (name: string, x: Image, to: [number, number], recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => bicubic(x, ...to),
  reference: ({ x }) => reference.bicubic(x, ...to),
  recorded,
});

const doubled = (name: string, x: Image, recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => upsample2(x),
  reference: ({ x }) => reference.upsample2(x),
  recorded,
});

const doubledOnto = (name: string, x: Image): OperationTest => ({
  name,
  variables: { x, onto: [x[0], 2 * x[1], 2 * x[2], x[3]] },
  build: ({ x, onto }) => upsample2(x, onto),
  reference: ({ x, onto }) => {
    const { shape, data } = reference.upsample2(x);
    return { shape, data: data.map((value, at) => value + onto.data[at]) };
  },
});

const stretched = (name: string, x: Image, to: [number, number], recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => bilinear(x, ...to),
  reference: ({ x }) => reference.bilinear(x, ...to),
  recorded,
});

const averagedWhole = (name: string, x: Image, recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => globalAverage(x),
  reference: ({ x }) => reference.globalAverage(x),
  recorded,
});

const gated = (name: string, x: Image, recorded = false): OperationTest => ({
  name,
  variables: { x, factors: [x[0], 1, 1, x[3]] },
  build: ({ x, factors }) => channelScale(x, factors),
  reference: ({ x, factors }) => reference.channelScale(x, factors),
  recorded,
});

const distance = (name: string, x: Image, recorded: boolean | 'only' = false): OperationTest => ({
  name,
  variables: { x },
  constants: { target: x, weights: [x[3]] },
  draw: { weights: (random) => random() },
  build: ({ x, target, weights }) => featureDistance(x, target, weights),
  reference: ({ x, target, weights }) => reference.featureDistance(unitNormalise(x), target, weights),
  recorded,
});

export const cases: TestCase[] = casesOf([
  averaged('average pool', [2, 6, 4, 3], 2, true),
  averaged('average pool of odd sides', [1, 7, 5, 17], 2, true),
  averaged('average pool, channels in fours', [2, 5, 4, 8], 2),
  largest('max pool, channels in fours', [2, 5, 6, 8], [2, 2]),
  largest('max pool with overlap, channels in fours', [1, 7, 5, 4], [3, 2]),
  averaged('average pool of threes', [1, 9, 8, 1], 3),
  largest('max pool', [2, 6, 4, 3], [2, 2], true),
  largest('max pool of odd sides', [1, 7, 5, 17], [2, 2]),
  largest('max pool with overlap', [2, 9, 8, 3], [3, 2], true),
  largest('max pool of a single window', [1, 3, 3, 5], [3, 2]),
  largest('max pool with gaps', [1, 8, 7, 3], [2, 3]),
  largest('max pool with ties', [2, 9, 9, 3], [3, 2], 'only'),
  doubledOnto('doubling onto a picture', [2, 3, 4, 3]),
  doubledOnto('doubling onto a map', [1, 2, 3, 5]),
  resized('bicubic to a quarter', [1, 16, 8, 3], [4, 2], true),
  resized('bicubic to larger, odd sides', [2, 5, 3, 3], [11, 8], true),
  resized('bicubic to the same size', [1, 4, 5, 1], [4, 5]),
  resized('bicubic of two pixels', [1, 2, 1, 3], [7, 5], true),
  resized('bicubic, one side up, the other down', [1, 9, 7, 5], [4, 13]),
  doubled('upsample', [2, 3, 5, 3], true),
  doubled('upsample of one pixel', [1, 1, 1, 1]),
  stretched('bilinear to double', [2, 4, 4, 3], [8, 8], true),
  stretched('bilinear, odd sides, one up, the other down', [1, 5, 9, 17], [11, 4], true),
  stretched('bilinear to one row, from one column', [1, 3, 1, 5], [1, 6], true),
  averagedWhole('global average', [2, 12, 12, 3], true),
  averagedWhole('global average of a large odd side', [1, 33, 33, 5]),
  averagedWhole('global average of one pixel', [2, 1, 1, 1]),
  gated('channel scale', [2, 5, 7, 17], true),
  gated('channel scale of one value', [1, 1, 1, 1]),
  distance('feature distance, channels in fours', [2, 3, 5, 12]),
  distance('feature distance', [2, 5, 3, 17], true),
  distance('feature distance of zeros', [4, 1, 1, 5], 'only'),
  distance('feature distance of many threads', [1, 13, 11, 33]),
  distance('feature distance of one pixel', [3, 1, 1, 2]),
]);
