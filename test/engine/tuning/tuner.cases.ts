/** Tuning on a device: by a clock of our own, and by the real one; and what the host remembers of it. */

import * as assert from 'uvu/assert';
import { tuningStore } from '#tuning-store';
import { openDevice } from '../../../src/engine/device.js';
import { allowedPlans, convolutionPlans } from '../../../src/engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../../src/engine/plans/convolution/shape.js';
import { mostFlops } from '../../../src/engine/submits.js';
import { shapeKey } from '../../../src/engine/tuning/keys.js';
import { readRemembered, remember } from '../../../src/engine/tuning/remembered.js';
import { type Contest, type Prepare, tune } from '../../../src/engine/tuning/tuner.js';
import { FwplusError } from '../../../src/errors.js';
import type { TestCase } from '../../harness/case.js';

const SHAPE: ConvolutionShape = {
  batch: 1,
  inHeight: 16,
  inWidth: 16,
  inChannels: 16,
  outHeight: 16,
  outWidth: 16,
  outChannels: 16,
  kernelSize: 3,
  stride: 1,
  padding: 1,
  transposed: false,
};

/** Less work. */
const HALF: ConvolutionShape = { ...SHAPE, stride: 2, outHeight: 8, outWidth: 8 };

const CONTESTS: readonly Contest[] = [{ shape: HALF }, { shape: SHAPE }, { shape: { ...SHAPE } }];

/** Plans take so long; 10 ms those that are not named. Every launch is labelled with its plan's name. */
function clock(times: Readonly<Record<string, number>>): Prepare {
  return async (_, launches) => ({
    sample: async () => times[launches[0]!.label] ?? 10,
    destroy() {},
  });
}

export const cases: TestCase[] = [
  {
    name: 'the fastest plan wins each shape once; the preferred one wins a tie',
    async run(t) {
      const device = await t.device();
      const seen: string[] = [];
      const found = await tune(device, CONTESTS, {
        prepare: clock({ conv: 5 }),
        onRaced: ({ key }, done, of) => {
          seen.push(`${key} ${done}/${of}`);
        },
      });
      const keys = [shapeKey(SHAPE), shapeKey(HALF)];
      assert.equal(
        found.map(({ key, winner }) => [key, winner]),
        keys.map((key) => [key, 'conv']),
      );
      assert.equal(seen, [`${keys[0]} 1/2`, `${keys[1]} 2/2`]);
      const [whole, half] = await tune(device, CONTESTS, { prepare: clock({ conv: 9.9 }) });
      assert.is(whole!.winner, convolutionPlans(SHAPE, device.facts)[0]!.name);
      assert.is(half!.winner, convolutionPlans(HALF, device.facts)[0]!.name);
      for (const { winner, preferred } of [whole!, half!]) assert.is(winner, preferred);
    },
  },
  {
    name: 'a plan that cannot run here is left out; an abort and a bound of time keep what is there',
    async run(t) {
      const device = await t.device();
      const second = allowedPlans(SHAPE, device.facts).find(({ name }) => name !== 'conv')!.name;
      const prepare = clock({ conv: 5, [second]: 6 });
      const [found] = await tune(device, CONTESTS, {
        prepare: async (...words) => {
          if (words[1][0]!.label === 'conv') throw new FwplusError('conv does not fit');
          return prepare(...words);
        },
      });
      assert.is(found!.winner, second);
      assert.not.ok(found!.milliseconds.has('conv'));
      const controller = new AbortController();
      const stopped = await tune(device, CONTESTS, {
        prepare: prepare,
        signal: controller.signal,
        onRaced: () => controller.abort(),
      });
      assert.is(stopped.length, 1);
      assert.equal(await tune(device, CONTESTS, { prepare: prepare, mostMilliseconds: -1 }), []);
    },
  },
  {
    name: 'launches are cut as in a program',
    async run() {
      const device = await openDevice({ throughput: { flops: 1.5e6, bytes: 1e9 } });
      const heaviest: number[] = [];
      const counts = new Map<string, number>();
      try {
        await tune(device, [{ shape: SHAPE }], {
          prepare: async (on, launches) => {
            heaviest.push(...launches.map(({ flops }) => flops));
            counts.set(launches[0]!.label, launches.length);
            return clock({})(on, launches);
          },
        });
        assert.ok(Math.max(...heaviest) <= mostFlops(device.throughput), String(Math.max(...heaviest)));
        assert.ok(counts.get('conv')! > 1);
      } finally {
        device.destroy();
      }
    },
  },
  {
    name: 'by the real clock every finalist has a time, and nothing is left on the device',
    async run(t) {
      const device = await t.device();
      const { buffers } = device.memory;
      const [found] = await tune(device, CONTESTS.slice(0, 1));
      const names = convolutionPlans(HALF, device.facts).map(({ name }) => name);
      assert.ok(found!.milliseconds.has(found!.preferred) && found!.milliseconds.has(found!.winner));
      for (const [name, milliseconds] of found!.milliseconds) {
        assert.ok(names.includes(name), name);
        assert.ok(milliseconds > 0 && Number.isFinite(milliseconds), `${name}: ${milliseconds}`);
      }
      assert.is(device.memory.buffers, buffers);
    },
  },
  {
    name: 'a page remembers in the browser',
    async run({ host }) {
      if (host === 'node') return; // see remembered.test.ts
      const store = tuningStore('a test');
      assert.is(await store.read(), undefined);
      await remember(store, 'one', { a: 'x' });
      await remember(store, 'one', { b: 'y' });
      assert.equal(await readRemembered(tuningStore('a test')), { remembered: { one: { a: 'x', b: 'y' } } });
      assert.equal(await readRemembered(tuningStore('another')), { remembered: {} });
    },
  },
];
