/** How long an evaluation says that it will take, on a clock of ours. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EvaluationOptions } from '../../evaluation/options.js';
import { Progress } from '../../evaluation/progress.js';
import type { StepRecord } from '../../src/inversion/codes.js';

const options = { quiet: true, images: 4, methods: [1, 2, 3], transforms: ['upright', 'shift5', 'turn20'] };
const last = (faces: number) => new Array<StepRecord>(faces);

function progress() {
  const clock = { minutes: 0 };
  const made = new Progress(options as unknown as EvaluationOptions, () => 60000 * clock.minutes);
  return { made, clock };
}

test('every face of a batch counts, whatever its transform', () => {
  const { made, clock } = progress();
  made.begin('w+ upright and 2 more', 0);
  clock.minutes = 6;
  made.update({ step: 50, steps: 100, last: last(12) });
  assert.is(made.minutesLeft, 30);
  clock.minutes = 12;
  made.update({ step: 100, steps: 100, last: last(12) });
  assert.is(made.minutesLeft, 24);
  made.begin('w+ clip upright and 2 more', 0);
  assert.is(made.minutesLeft, 24);
});

test('what was there is no work: neither whole faces nor steps of one', () => {
  const { made, clock } = progress();
  made.found(24);
  made.found(12 * 0.5);
  made.begin('f/w+ upright', 50);
  clock.minutes = 5;
  made.update({ step: 100, steps: 100, last: last(4) });
  // Two faces' worth of six.
  assert.is(made.minutesLeft, 10);
});

test.run();
