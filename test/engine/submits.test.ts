/** Where a program's work is cut into submits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Launch } from '../../src/engine/launch.js';
import type { Persistent, Storage } from '../../src/engine/storage.js';
import { assumedThroughput, mostFlops, secondsOf, submitStarts } from '../../src/engine/submits.js';

function launch(flops: number, bytes = 0): Launch<Storage> {
  const y: Persistent = { kind: 'persistent', label: 'y', bytes };
  const rest = { params: {}, constants: {}, workgroups: [1, 1, 1] } as const;
  return { kernel: 'elementwise.add', label: '', bindings: { y }, flops, ...rest };
}

const slow = { flops: 100, bytes: 10 };

test('a launch takes the time of its operations and of its operands', () => {
  assert.is(secondsOf(launch(50, 20), slow), 2.5);
});

test('launches go together while they fit', () => {
  const starts = (flops: number[], most: number) =>
    submitStarts(
      flops.map((each) => launch(each)),
      slow,
      most,
    );
  assert.equal(starts([25, 25, 25, 25], 0.5), [0, 2]);
  assert.equal(starts([25, 25, 100, 25, 25], 0.5), [0, 2, 3]);
  assert.equal(starts([25, 25, 25], 1), [0]);
  assert.equal(starts([], 1), []);
});

test('software adapters take everything at once, hardware does not', () => {
  const facts = {
    name: '',
    vendor: '',
    architecture: '',
    description: '',
    features: new Set<string>(),
    subgroupSize: 0,
  };
  const heavy = Array.from({ length: 50 }, () => launch(1e9, 1e6));
  assert.equal(submitStarts(heavy, assumedThroughput({ ...facts, software: true })), [0]);
  const hardware = assumedThroughput({ ...facts, software: false });
  const starts = submitStarts(heavy, hardware);
  assert.ok(starts.length > 4 && starts.length < 12, `${starts.length} submits`);
  assert.is(mostFlops(hardware), 0.2 * hardware.flops);
});

test.run();
