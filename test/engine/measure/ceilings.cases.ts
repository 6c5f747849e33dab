/** The kernels behind the ceilings compute what they say: a ceiling of work that was never done would be no ceiling. */
import * as assert from 'uvu/assert';
import { linearGrid } from '../../../src/engine/launch.js';
import { fmaLaunch } from '../../../src/engine/measure/ceilings.js';
import type { TestCase } from '../../harness/case.js';
import { runLaunches } from '../run-launches.js';

const BODIES = [
  { LENGTH: 1, CHAINS: 1 },
  { LENGTH: 8, CHAINS: 4 },
  { LENGTH: 16, CHAINS: 12 },
];

export const cases: TestCase[] = [
  ...BODIES.map(
    (body) =>
      ({
        name: `a chain of multiply-adds, ${body.LENGTH} steps of ${body.CHAINS} sums, does them all`,
        run: async (t) => {
          const threads = 70;
          for (const { factor, step, rounds } of [
            { factor: 1, step: 0.25, rounds: 3 }, // counts the steps, exactly
            { factor: -1, step: 3, rounds: 1 },
            { factor: 0.5, step: 1, rounds: 2 },
          ]) {
            const launch = (y: Parameters<typeof fmaLaunch>[4]) =>
              fmaLaunch(body, threads, rounds, { factor, step }, y);
            const found = await runLaunches(await t.device(), {}, threads, (_, y) => [launch(y)]);
            let wanted = 0;
            for (let chain = 0; chain < body.CHAINS; chain++) {
              let sum = chain;
              for (let at = 0; at < rounds * body.LENGTH; at++) sum = Math.fround(sum * factor + step);
              wanted += sum;
            }
            for (const value of found)
              assert.ok(Math.abs(value - wanted) <= 1e-6 * Math.abs(wanted), `${value}, wanted ${wanted}`);
          }
        },
      }) satisfies TestCase,
  ),
  {
    name: 'a chain counts two operations for each multiply-add of each thread',
    run: () => {
      const y = { kind: 'persistent', label: 'y', bytes: 400 } as const;
      const { flops } = fmaLaunch({ LENGTH: 8, CHAINS: 4 }, 100, 5, { factor: 1, step: 1 }, y);
      assert.is(flops, 2 * 100 * 5 * 8 * 4);
    },
  },
  {
    name: 'the wide copy copies every element and no more',
    run: async (t) => {
      const a = Float32Array.from({ length: 4 * 67 }, (_, at) => at - 30);
      const y = await runLaunches(await t.device(), { a }, a.length, ({ a: from }, to) => [
        {
          kernel: 'copy_wide',
          label: 'copy',
          constants: {},
          bindings: { a: from, y: to },
          params: { count: 66 },
          workgroups: linearGrid(66),
          flops: 0,
        },
      ]);
      assert.equal([...y.slice(0, 264)], [...a.slice(0, 264)]);
      assert.ok(y.slice(264).every(Number.isNaN));
    },
  },
];
