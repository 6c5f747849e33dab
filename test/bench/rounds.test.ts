/** Rounds of stand-ins: who takes part, and that all that was prepared is released. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Contestant, measureCase, type RoundOptions } from '../../bench/rounds.js';
import { convolutionCase } from '../../src/autograd/measure/convolution-case.js';
import type { Engine } from '../../src/cli/bench-results.js';

const CASE = convolutionCase('conv3x3', '4x4@8', 'forward');

/** Its samples take the given times, one after another; after the last one they fail. */
function standIn(engine: Engine, times: readonly number[], events: string[]): Contestant {
  const left = [...times];
  return {
    engine,
    async prepare() {
      if (times.length === 0) throw new Error('no such kernel');
    },
    async sample() {
      const next = left.shift();
      if (next === undefined) throw new Error('it broke');
      return next;
    },
    async release() {
      events.push(`${engine} released`);
    },
  };
}

function options(events: string[], controller = new AbortController()): RoundOptions {
  return {
    ceilings: { fma_gflops: 100, copy_gbs: 10 },
    repeats: 3,
    mostMilliseconds: 60_000,
    signal: controller.signal,
    say: (line) => events.push(line),
  };
}

test('one whose sample fails has no row, and is released like the others', async () => {
  const events: string[] = [];
  const rows = await measureCase(
    CASE,
    [standIn('fwplus', [3, 2, 4], events), standIn('tfjs', [1, 1], events), standIn('jax-js', [], events)],
    options(events),
  );
  assert.equal(
    rows.map(({ engine, ms }) => [engine, ms]),
    [['fwplus', 2]],
  );
  assert.equal(events, [
    'jax-js at conv3x3 forward 4x4@8: no such kernel',
    'tfjs at conv3x3 forward 4x4@8: it broke',
    'fwplus released',
    'tfjs released',
  ]);
});

test('those compared have three samples at least, whatever they take; one alone has one', async () => {
  const short = { ...options([]), repeats: 4, mostMilliseconds: 0 };
  const rows = await measureCase(
    CASE,
    [standIn('fwplus', [3, 2, 4, 1], []), standIn('tfjs', [9, 9, 9, 9], [])],
    short,
  );
  assert.equal(
    rows.map(({ ms, samples }) => [ms, samples]),
    [
      [2, 3],
      [9, 3],
    ],
  );
  const [alone] = await measureCase(CASE, [standIn('fwplus', [3, 2], [])], short);
  assert.equal([alone!.ms, alone!.samples], [3, 1]);
});

test('after an abort everybody is released, too', async () => {
  const events: string[] = [];
  const controller = new AbortController();
  const first = standIn('fwplus', [1], events);
  const stopping = { ...first, sample: () => first.sample().finally(() => controller.abort()) };
  const rows = await measureCase(CASE, [stopping, standIn('tfjs', [1], events)], options(events, controller));
  assert.is(rows.length, 1);
  assert.equal(events, ['fwplus released', 'tfjs released']);
});

test.run();
