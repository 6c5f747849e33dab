/** The race itself, by clocks of our own. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Entrant, race, winnerOf } from '../../../src/engine/tuning/race.js';

const OPTIONS = { rounds: 4, trials: 1, mostMilliseconds: 1e6, outAt: 1.5 };

/** Takes these times in turn, the last one again and again; writes down who ran. */
function entrant(name: string, times: readonly number[], log: string[] = []): Entrant {
  let at = 0;
  return {
    name,
    sample: async () => {
      log.push(name);
      return times[Math.min(at++, times.length - 1)]!;
    },
  };
}

test('least times count, the quickest first', async () => {
  const least = await race([entrant('a', [5, 3, 4]), entrant('b', [9, 2.9]), entrant('c', [4.9])], {
    ...OPTIONS,
    outAt: 10,
  });
  assert.equal(
    [...least],
    [
      ['b', 2.9],
      ['a', 3],
      ['c', 4.9],
    ],
  );
});

test('they take turns, and whoever is far behind is out after its round', async () => {
  const log: string[] = [];
  await race([entrant('a', [1], log), entrant('slow', [2], log), entrant('b', [1.4], log)], {
    ...OPTIONS,
    rounds: 3,
  });
  assert.is(log.join(' '), 'a slow b a b a b');
});

test('in the trials nobody goes out, since one time may be a disturbed one', async () => {
  const log: string[] = [];
  const least = await race([entrant('a', [2, 2], log), entrant('disturbed', [9, 1], log)], {
    ...OPTIONS,
    trials: 2,
    rounds: 2,
  });
  assert.is(log.join(' '), 'a disturbed a disturbed');
  assert.is([...least.keys()][0], 'disturbed');
});

test('one that is left alone does not run on', async () => {
  const log: string[] = [];
  await race([entrant('a', [1], log), entrant('slow', [2], log)], OPTIONS);
  assert.is(log.join(' '), 'a slow');
});

test('time that is up ends it after a whole round', async () => {
  const log: string[] = [];
  await race([entrant('a', [1], log), entrant('b', [1], log)], { ...OPTIONS, mostMilliseconds: 0 });
  assert.is(log.join(' '), 'a b');
});

test('an abort ends it at once', async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const stopper: Entrant = {
    name: 'stopper',
    sample: async () => {
      controller.abort();
      return 1;
    },
  };
  const least = await race([stopper, entrant('b', [1], log)], { ...OPTIONS, signal: controller.signal });
  assert.equal([...least], [['stopper', 1]]);
  assert.equal(log, []);
});

test('the preferred one keeps its place unless another is faster by more than the margin', () => {
  const winner = (preferred: number) =>
    winnerOf(
      new Map([
        ['other', 1],
        ['preferred', preferred],
      ]),
      'preferred',
      0.05,
    );
  assert.is(winner(1.04), 'preferred');
  assert.is(winner(1.06), 'other');
  assert.is(winnerOf(new Map([['other', 1]]), 'preferred', 0.05), 'other');
});

test.run();
