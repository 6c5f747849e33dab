/** P-norm+ statistics: against numpy, and of a generator against plain sums. */
import * as assert from 'uvu/assert';
import { Covariance } from '../../../src/inversion/statistics/covariance.js';
import { fillNormals } from '../../../src/inversion/statistics/normals.js';
import {
  makePNormStatistics,
  statisticsOf,
  unactivated,
} from '../../../src/inversion/statistics/pnorm-statistics.js';
import { decodeSums, encodeSums } from '../../../src/inversion/statistics/saved-sums.js';
import { encodeTensors, TensorFile } from '../../../src/io/safetensors.js';
import type { Generator } from '../../../src/nets/generator.js';
import { StyleGan1 } from '../../../src/nets/stylegan1.js';
import { StyleGan2 } from '../../../src/nets/stylegan2.js';
import type { TestCase } from '../../harness/case.js';
import { evaluate } from '../../nets/evaluate.js';
import { generatorWeights, styleGan1Weights } from '../../nets/random-weights.js';
import { refuses } from '../refuses.js';

const WIDTH = 16;
const CHANNELS = { 4: 4, 8: 4 };
const styleGan2 = new StyleGan2(generatorWeights(CHANNELS, WIDTH));
/** Four rows of w to each z. */
const perRow = new StyleGan1(styleGan1Weights(CHANNELS, WIDTH, { perRow: true }));

/** What the mapping makes of the first `batches` batches, [rows, WIDTH]. */
async function mappedBy(
  t: Parameters<TestCase['run']>[0],
  generator: Generator,
  seed: number,
  batches: number,
) {
  const parts: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const z = new Float32Array(1000 * WIDTH);
    fillNormals(z, seed, batch);
    const inputs = { z: { shape: [1000, WIDTH], data: z } };
    const found = await evaluate(await t.device(), inputs, (its) => ({
      outputs: { w: generator.mapping(its.z!) },
    }));
    parts.push(...found.w!);
  }
  return Float32Array.from(parts);
}

/** The covariance that statistics stand for, C diag(λ) Cᵀ, against that of rows of w, by plain loops about their mean. */
function isOf(w: Float32Array, { mean, eigenvalues, eigenvectors }: Awaited<ReturnType<typeof made>>): void {
  const p = unactivated(w);
  const count = p.length / WIDTH;
  const own = Array.from({ length: WIDTH }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += p[row * WIDTH + i]!;
    return sum / count;
  });
  own.forEach((value, i) => {
    assert.ok(Math.abs(value - mean[i]!) < 1e-6, `mean ${i}: ${value}, ${mean[i]}`);
  });
  for (let i = 0; i < WIDTH; i++) {
    for (let j = 0; j < WIDTH; j++) {
      let wanted = 0;
      for (let row = 0; row < count; row++)
        wanted += (p[row * WIDTH + i]! - own[i]!) * (p[row * WIDTH + j]! - own[j]!);
      wanted /= count - 1;
      let found = 0;
      for (let k = 0; k < WIDTH; k++)
        found += eigenvectors[i * WIDTH + k]! * eigenvalues[k]! * eigenvectors[j * WIDTH + k]!;
      assert.ok(
        Math.abs(found - wanted) < 1e-5 * eigenvalues[0]!,
        `covariance ${i}, ${j}: ${found}, ${wanted}`,
      );
    }
  }
}

async function made(t: Parameters<TestCase['run']>[0], generator: Generator, samples: number, seed = 0) {
  return (await makePNormStatistics(await t.device(), generator, { samples, seed }))!;
}

export const cases: TestCase[] = [
  {
    name: 'statistics of recorded w are those of numpy, down to the smallest variance',
    async run(t) {
      const file = TensorFile.parse(await t.fixture('statistics'));
      const w = file.floats('w');
      const width = file.info('w').shape[1]!;
      // In parts whose lengths are no multiples of anything.
      const covariance = new Covariance(new Float64Array(width).fill(2));
      for (const [from, to] of [
        [0, 1],
        [1, 14],
        [14, 603],
      ] as const)
        covariance.add(unactivated(w.subarray(from * width, to * width)));
      assert.is(covariance.count, 603);
      const { mean, eigenvalues, eigenvectors } = statisticsOf(covariance);
      const close = (name: string, found: Float32Array, tolerance: (value: number) => number) =>
        file.floats(name).forEach((value, at) => {
          assert.ok(
            Math.abs(found[at]! - value) <= tolerance(value),
            `${name} ${at}: ${found[at]}, wanted ${value}`,
          );
        });
      close('mean', mean, (value) => 1e-6 * Math.abs(value));
      close('values', eigenvalues, (value) => 1e-6 * value);
      close('vectors', eigenvectors, () => 1e-6);
    },
  },
  {
    name: 'random numbers are standard normal, the same for a seed and others for another',
    run() {
      const values = (seed: number, stream: number, count = 40000) => {
        const out = new Float32Array(count);
        fillNormals(out, seed, stream);
        return out;
      };
      const out = values(0, 0);
      const moment = (power: number) => out.reduce((sum, value) => sum + value ** power, 0) / out.length;
      // Four standard errors.
      for (const [power, wanted, error] of [
        [1, 0, 0.02],
        [2, 1, 0.03],
        [3, 0, 0.08],
        [4, 3, 0.2],
      ] as const)
        assert.ok(Math.abs(moment(power) - wanted) < error, `moment ${power}: ${moment(power)}`);
      const inside = out.filter((value) => Math.abs(value) < 1).length / out.length;
      assert.ok(Math.abs(inside - 0.6827) < 0.01, String(inside));
      const lagged = (lag: number) => out.reduce((sum, value, at) => sum + value * (out[at + lag] ?? 0), 0);
      for (const lag of [1, 2, 3]) assert.ok(Math.abs(lagged(lag)) < 4 * Math.sqrt(out.length));
      assert.equal(values(0, 0, 7), out.slice(0, 7));
      for (const [seed, stream] of [
        [0, 1],
        [1, 0],
        [2 ** 32 - 1, 0],
      ] as const) {
        const other = values(seed, stream);
        const product = out.reduce((sum, value, at) => sum + value * other[at]!, 0);
        assert.ok(
          Math.abs(product) < 4 * Math.sqrt(out.length),
          `seed ${seed}, stream ${stream}: ${product}`,
        );
      }
    },
  },
  {
    name: 'statistics of a generator are those of what its mapping makes',
    async run(t) {
      // More than a batch, and a part of the next.
      const w = await mappedBy(t, styleGan2, 5, 2);
      const found = await made(t, styleGan2, 1400, 5);
      isOf(w.subarray(0, 1400 * WIDTH), found);
      assert.ok(
        found.eigenvalues.every((value, at) => at === 0 || value <= found.eigenvalues[at - 1]!),
        'falling',
      );
      t.record('statistics', Float32Array.from([...found.mean, ...found.eigenvalues, ...found.eigenvectors]));
      assert.equal(await made(t, styleGan2, 1400, 5), found);
      assert.not.equal((await made(t, styleGan2, 1400, 6)).mean, found.mean);
    },
  },
  {
    name: 'of a mapping with a w for each row all rows are pooled',
    async run(t) {
      const w = await mappedBy(t, perRow, 0, 1);
      assert.is(w.length, 4000 * WIDTH);
      isOf(w.subarray(0, 3001 * WIDTH), await made(t, perRow, 3001));
    },
  },
  {
    name: 'statistics report how far they are, stop when told, go on to the same bytes, and leave nothing behind',
    async run(t) {
      const device = await t.device();
      const { buffers, bytes } = device.memory;
      const seen: number[] = [];
      let made: Covariance | undefined;
      const stop = new AbortController();
      const found = await makePNormStatistics(device, styleGan2, {
        samples: 5000,
        signal: stop.signal,
        onProgress: (covariance, samples) => {
          assert.is(samples, 5000);
          made = covariance;
          if (seen.push(covariance.count) === 2) stop.abort();
        },
      });
      assert.is(found, undefined);
      assert.equal(seen, [1000, 2000]);
      const origin = { generator: 'a', seed: 0 };
      const saved = encodeSums(made!, origin);
      const resume = decodeSums(saved, origin, 'sums');
      const rest = await makePNormStatistics(device, styleGan2, { samples: 4500, resume });
      assert.equal(rest, await makePNormStatistics(device, styleGan2, { samples: 4500 }));
      const again = { samples: 4500, resume };
      assert.equal(await makePNormStatistics(device, styleGan2, again), rest);
      await refuses(
        () => makePNormStatistics(device, styleGan2, { ...again, samples: 4000 }),
        /those are fewer/,
      );
      await refuses(
        () => makePNormStatistics(device, styleGan2, { ...again, samples: 6000 }),
        /it was complete/,
      );
      await refuses(
        () => decodeSums(saved, { ...origin, generator: 'b' }, 'sums'),
        /sums is of 'a', this is 'b'/,
      );
      await refuses(() => decodeSums(saved, { ...origin, seed: 1 }, 'sums'), /--seed 0, not 1/);
      await refuses(() => decodeSums(encodeTensors({}), origin, 'sums'), /no statistics on their way/);
      assert.equal([device.memory.buffers, device.memory.bytes], [buffers, bytes]);
    },
  },
  {
    name: 'too few samples, and a mapping that lost directions, are refused',
    async run(t) {
      const device = await t.device();
      await refuses(
        () => makePNormStatistics(device, styleGan2, { samples: WIDTH }),
        /16 samples are wanted/,
      );
      const flat = new Covariance(new Float64Array(3));
      flat.add(Float64Array.from({ length: 300 }, (_, at) => (at % 3 === 2 ? 1 : Math.sin(at))));
      await refuses(() => statisticsOf(flat), /varies in 2 of its 3 directions/);
    },
  },
];
