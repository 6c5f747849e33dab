import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leastOf } from '../../bench/least-of-passes.js';
import type { Raced } from '../../src/engine/tuning/tuner.js';

function raced(key: string, milliseconds: Readonly<Record<string, number>>): Raced {
  return { key, preferred: 'conv', winner: '', milliseconds: new Map(Object.entries(milliseconds)) };
}

test('of several passes the least times count, of every shape that any of them came to', () => {
  const found = leastOf([
    [raced('large', { conv: 5, tiled: 4 })],
    [raced('large', { conv: 3, shared: 9 }), raced('small', { conv: 1 })],
  ]);
  assert.equal(
    found.map(({ key, preferred, winner, milliseconds }) => [key, preferred, winner, [...milliseconds]]),
    [
      [
        'large',
        'conv',
        'conv',
        [
          ['conv', 3],
          ['tiled', 4],
          ['shared', 9],
        ],
      ],
      ['small', 'conv', 'conv', [['conv', 1]]],
    ],
  );
  assert.equal(leastOf([]), []);
});

test.run();
