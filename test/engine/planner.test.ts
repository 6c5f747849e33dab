/** Slots for temporaries. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Launch } from '../../src/engine/launch.js';
import { type MemoryPlan, planMemory } from '../../src/engine/planner.js';
import type { Persistent, Storage, Temporary, View } from '../../src/engine/storage.js';
import { randomFrom } from '../autograd/values.js';

const temporary = (label: string, bytes: number): Temporary => ({ kind: 'temporary', label, bytes });

function launch(...storages: Storage[]): Launch<Storage> {
  const bindings = Object.fromEntries(storages.map((storage, at) => [`b${at}`, storage]));
  return { kernel: 'copy', label: '', bindings, params: {}, workgroups: [1, 1, 1], constants: {}, flops: 0 };
}

const total = ({ slots }: MemoryPlan): number => slots.reduce((sum, bytes) => sum + bytes, 0);

/** t0 -> t1 -> … : each is read by the launch that writes the next. */
function chain(sizes: readonly number[]): Launch<Storage>[] {
  const all = sizes.map((bytes, at) => temporary(`t${at}`, bytes));
  return all.slice(1).map((next, at) => launch(all[at], next));
}

test('a chain needs two slots', () => {
  const plan = planMemory(chain([8, 8, 8, 8, 8]));
  assert.equal(plan.slots, [8, 8]);
});

test('the peak of a chain is its largest pair of neighbours', () => {
  for (const sizes of [[1, 2, 4, 8], [8, 4, 2, 1], [4, 8, 4, 8, 4], [1, 16, 16, 1], [5], [7, 3]]) {
    const neighbours = sizes.slice(1).map((bytes, at) => bytes + sizes[at]);
    assert.is(total(planMemory(chain(sizes))), Math.max(0, ...neighbours), `sizes ${sizes}`);
  }
});

test('what is kept for a backward pass keeps its slot', () => {
  const [a, b, c, da, db] = ['a', 'b', 'c', 'da', 'db'].map((label) => temporary(label, 16));
  const plan = planMemory([launch(a), launch(a, b), launch(b, c), launch(c, b, db), launch(db, a, da)]);
  assert.is(plan.slots.length, 4, 'a, b, c and db meet');
  const freed = [plan.slotOf.get(b), plan.slotOf.get(c)];
  assert.ok(freed.includes(plan.slotOf.get(da)), 'da takes over from b or c');
});

test('views live as long as what they are part of, other storage has no slot', () => {
  const whole = temporary('whole', 512);
  const part: View = { kind: 'view', label: 'part', bytes: 256, of: whole, offset: 256 };
  const kept: Persistent = { kind: 'persistent', label: 'kept', bytes: 4 };
  const [x, y] = [temporary('x', 4), temporary('y', 4)];
  const plan = planMemory([launch(whole, kept), launch(x, y), launch(part, x)]);
  assert.is(plan.slotOf.size, 3);
  assert.is(new Set(plan.slotOf.values()).size, 3);
});

test('no two temporaries that live at once share a slot, in random programs', () => {
  const random = randomFrom('planner');
  for (let round = 0; round < 200; round++) {
    const count = 2 + Math.floor(random() * 14);
    const all = Array.from({ length: count }, (_, at) =>
      temporary(`t${at}`, 4 * (1 + Math.floor(random() * 9))),
    );
    const launches = Array.from({ length: 2 + Math.floor(random() * 14) }, () =>
      launch(...all.filter(() => random() < 0.2)),
    );
    const plan = planMemory(launches);
    const lives = all
      .map((each) => {
        const at = launches.flatMap(({ bindings }, index) =>
          Object.values(bindings).includes(each) ? [index] : [],
        );
        return { each, first: at[0], last: at.at(-1) as number };
      })
      .filter(({ first }) => first !== undefined);
    assert.is(plan.slotOf.size, lives.length);
    for (const a of lives) {
      const slot = plan.slotOf.get(a.each) as number;
      assert.ok(plan.slots[slot] >= a.each.bytes, 'a slot holds its temporaries');
      for (const b of lives) {
        if (a === b || b.last < a.first || a.last < b.first) continue;
        assert.is.not(slot, plan.slotOf.get(b.each), `round ${round}: ${a.each.label} and ${b.each.label}`);
      }
    }
    const live = launches.map((_, index) =>
      lives.reduce(
        (sum, { each, first, last }) => sum + (first <= index && index <= last ? each.bytes : 0),
        0,
      ),
    );
    assert.ok(total(plan) >= Math.max(...live));
  }
});

test.run();
