/** Timing runs what it is given, as often as it says, and leaves nothing behind. No time is asserted but that it is one. */
import * as assert from 'uvu/assert';
import { type Launch, linearGrid } from '../../../src/engine/launch.js';
import { type Clock, Stopwatch, timeLaunches } from '../../../src/engine/measure/time-launches.js';
import type { Persistent, Storage } from '../../../src/engine/storage.js';
import type { TestCase } from '../../harness/case.js';

const COUNT = 100;

/** between = a, y = between. */
function twoCopies(): Launch<Storage>[] {
  const memory = (label: string): Persistent => ({ kind: 'persistent', label, bytes: 4 * COUNT });
  const between: Storage = { kind: 'temporary', label: 'between', bytes: 4 * COUNT };
  const copy = (a: Storage, y: Storage): Launch<Storage> => ({
    kernel: 'copy',
    label: 'copy',
    constants: {},
    bindings: { a, y },
    params: { count: COUNT, padded: COUNT },
    workgroups: linearGrid(COUNT),
    flops: 0,
  });
  return [copy(memory('a'), between), copy(between, memory('y'))];
}

/** Readings before the first sample: of two runs that say how many copies a sample takes. */
const PREPARING = 4;

/** Counts how often it is read; every reading is a millisecond later. */
function countingClock(): { readonly clock: Clock; readonly readings: () => number } {
  let readings = 0;
  return { clock: () => readings++, readings: () => readings };
}

export const cases: TestCase[] = [
  ...(['gpu', 'wall'] as const).map(
    (clock): TestCase => ({
      name: `launches are timed by the clock '${clock}', and leave no memory behind`,
      run: async (t) => {
        const device = await t.device();
        const before = device.memory.buffers;
        const options = { repeats: 3, mostMilliseconds: 1000, clock };
        const timed = timeLaunches(device, twoCopies(), options);
        if (clock === 'gpu' && !device.hasTimestamps) {
          assert.match(String(await timed.catch(String)), /no timestamp queries/);
        } else {
          const { milliseconds } = await timed;
          assert.ok(milliseconds >= 0 && Number.isFinite(milliseconds), String(milliseconds));
        }
        assert.is(device.memory.buffers, before);
      },
    }),
  ),
  {
    name: 'a clock of one’s own is read before and after each sample, and divided by the copies',
    run: async (t) => {
      const device = await t.device();
      const { clock, readings } = countingClock();
      const { milliseconds } = await timeLaunches(device, twoCopies(), {
        repeats: 4,
        mostMilliseconds: 60_000,
        clock,
      });
      assert.is(readings() - PREPARING, 8);
      const copies = 1 / milliseconds;
      assert.ok(Number.isInteger(copies) && copies >= 1 && copies <= 64, String(copies));
    },
  },
  {
    name: 'one sample is taken, however little time there is',
    run: async (t) => {
      const { clock, readings } = countingClock();
      await timeLaunches(await t.device(), twoCopies(), { repeats: 9, mostMilliseconds: 0, clock });
      assert.is(readings() - PREPARING, 2);
    },
  },
  {
    name: 'launches that cannot be built leave no memory behind',
    run: async (t) => {
      const device = await t.device();
      const before = device.memory.buffers;
      const tooLarge: Persistent = { kind: 'persistent', label: 'a', bytes: 2 ** 40 };
      const [copy] = twoCopies();
      const launch = { ...copy!, bindings: { ...copy!.bindings, a: tooLarge } };
      let message = '';
      await Stopwatch.prepare(device, [launch]).catch((error: Error) => {
        message = error.message;
      });
      assert.match(message, /needs 1099511627776 bytes/);
      assert.is(device.memory.buffers, before);
    },
  },
  {
    name: 'launches that cannot be filled, once or in copies, leave no memory behind',
    run: async (t) => {
      const device = await t.device();
      const before = device.memory.buffers;
      const { write } = device;
      for (const fails of [1, 3]) {
        // Each program has two memories to fill.
        let writes = 0;
        device.write = (...words) => {
          if (++writes === fails) throw new Error('no more is written');
          write.apply(device, words);
        };
        try {
          await Stopwatch.prepare(device, twoCopies(), countingClock().clock);
          assert.unreachable();
        } catch (error) {
          assert.is((error as Error).message, 'no more is written');
        } finally {
          device.write = write;
        }
        assert.is(device.memory.buffers, before);
      }
    },
  },
];
