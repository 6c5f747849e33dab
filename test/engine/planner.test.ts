/** Places for temporaries. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Launch } from '../../src/engine/launch.js';
import { type MemoryPlan, planMemory } from '../../src/engine/planner.js';
import type { Persistent, Storage, Temporary, View } from '../../src/engine/storage.js';
import { randomFrom } from '../autograd/values.js';

const temporary = (label: string, bytes: number): Temporary => ({ kind: 'temporary', label, bytes });

/** A launch that reads `a` and, if given, `b`, and writes the last one. */
function launch(a: Storage, b: Storage, y?: Storage): Launch<Storage> {
  const nothing: Persistent = { kind: 'persistent', label: 'nothing', bytes: 4 };
  const bindings = y ? { dy: nothing, a, b, da: y } : { dy: nothing, a: nothing, b: a, da: b };
  const rest = { params: {}, constants: {}, flops: 0, workgroups: [1, 1, 1] } as const;
  return { kernel: 'reduce.gradient', label: '', bindings, ...rest };
}

const total = ({ buffers }: MemoryPlan): number => buffers.reduce((sum, bytes) => sum + bytes, 0);

/** t0 -> t1 -> … : each is read by the launch that writes the next. */
function chain(sizes: readonly number[]): Launch<Storage>[] {
  const all = sizes.map((bytes, at) => temporary(`t${at}`, bytes));
  return all.slice(1).map((next, at) => launch(all[at]!, next));
}

test('a chain needs two buffers', () => {
  const plan = planMemory(chain([8, 8, 8, 8, 8]));
  assert.equal(plan.buffers, [8, 8]);
});

test('the peak of a chain is its largest pair of neighbours', () => {
  for (const sizes of [
    [1, 2, 4, 8],
    [8, 4, 2, 1],
    [4, 8, 4, 8, 4],
    [1, 16, 16, 1],
    [7, 3],
  ]) {
    const neighbours = sizes.slice(1).map((bytes, at) => bytes + sizes[at]!);
    assert.is(total(planMemory(chain(sizes))), Math.max(0, ...neighbours), `sizes ${sizes}`);
  }
});

test('no buffer grows beyond what a device makes', () => {
  const [a, b, c, d, e] = [120, 80, 80, 1, 1].map((size) => temporary(`${size}`, size * 2 ** 20)) as [
    Temporary,
    Temporary,
    Temporary,
    Temporary,
    Temporary,
  ];
  // b and c live at once, though never in one launch; a is free by then.
  const plan = planMemory([launch(a, d), launch(d, b), launch(d, c), launch(c, e), launch(b, e)]);
  assert.ok(Math.max(...plan.buffers) <= 128 * 2 ** 20, `${plan.buffers}`);
});

test('what is kept for a backward pass keeps its place, and what is free by then is used again', () => {
  const [a, b, c, da, db] = ['a', 'b', 'c', 'da', 'db'].map((label) => temporary(label, 16)) as [
    Temporary,
    Temporary,
    Temporary,
    Temporary,
    Temporary,
  ];
  const plan = planMemory([launch(a, b), launch(b, c), launch(c, b, db), launch(db, a, da)]);
  assert.is(total(plan), 64, 'a, b, c and db meet');
  const taken = plan.places.get(da)!;
  assert.ok(
    [b, c].some((freed) => plan.places.get(freed)!.buffer === taken.buffer),
    'da takes over from b or c',
  );
});

test('small ones share a large buffer, side by side, unless a launch writes one and uses the other', () => {
  const [large, next] = [temporary('large', 4096), temporary('next', 4096)];
  // Three live at once, after `large` and `next`; r is made of p and q.
  const [p, q, r, s] = ['p', 'q', 'r', 's'].map((label) => temporary(label, 100)) as [
    Temporary,
    Temporary,
    Temporary,
    Temporary,
  ];
  const kept: Persistent = { kind: 'persistent', label: 'kept', bytes: 4 };
  const plan = planMemory([
    launch(large, next),
    launch(kept, p),
    launch(kept, q),
    launch(p, q, r),
    launch(r, s),
  ]);
  assert.equal(plan.buffers, [4096, 4096]);
  const place = (of: Temporary) => plan.places.get(of)!;
  assert.is(place(p).buffer, place(q).buffer, 'both are only read');
  assert.is.not(place(p).offset, place(q).offset);
  assert.is.not(place(r).buffer, place(p).buffer);
});

test('views live as long as what they are part of, other storage has no place', () => {
  const whole = temporary('whole', 512);
  const part: View = { kind: 'view', label: 'part', bytes: 256, of: whole, offset: 256 };
  const kept: Persistent = { kind: 'persistent', label: 'kept', bytes: 4 };
  const [x, y] = [temporary('x', 4), temporary('y', 4)];
  const plan = planMemory([launch(kept, whole), launch(x, y), launch(part, x)]);
  assert.is(plan.places.size, 3);
  const { buffer, offset } = plan.places.get(whole)!;
  for (const other of [x, y]) {
    const place = plan.places.get(other)!;
    assert.ok(place.buffer !== buffer || place.offset >= offset + 512);
  }
});

test('in random programs no bytes are shared in time, and no buffer is read and written at once', () => {
  const random = randomFrom('planner');
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: 3 + Math.floor(random() * 14) }, (_, at) =>
      temporary(`t${at}`, 4 * (1 + Math.floor(random() * 400))),
    );
    const any = () => all[Math.floor(random() * all.length)]!;
    const launches = Array.from({ length: 2 + Math.floor(random() * 14) }, () => {
      const [a, b] = [any(), any()];
      const y = all.find((each) => each !== a && each !== b)!;
      return launch(a, b, random() < 0.5 ? y : [...all].reverse().find((each) => each !== a && each !== b)!);
    });
    const plan = planMemory(launches);
    const lives = all
      .map((each) => {
        const at = launches.flatMap(({ bindings }, index) =>
          Object.values(bindings).includes(each) ? [index] : [],
        );
        return { each, first: at[0]!, last: at.at(-1)! };
      })
      .filter(({ first }) => first !== undefined);
    assert.is(plan.places.size, lives.length);
    for (const a of lives) {
      const at = plan.places.get(a.each)!;
      assert.is(at.offset % 256, 0);
      assert.ok(plan.buffers[at.buffer]! >= at.offset + a.each.bytes, 'a buffer holds its temporaries');
      for (const b of lives) {
        if (a === b || b.last < a.first || a.last < b.first) continue;
        const other = plan.places.get(b.each)!;
        const apart =
          at.buffer !== other.buffer ||
          at.offset + a.each.bytes <= other.offset ||
          other.offset + b.each.bytes <= at.offset;
        assert.ok(apart, `round ${round}: ${a.each.label} and ${b.each.label}`);
      }
    }
    for (const { bindings } of launches) {
      const written = plan.places.get(bindings.da as Temporary)!;
      for (const read of [bindings.a, bindings.b])
        assert.is.not(plan.places.get(read as Temporary)!.buffer, written.buffer);
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
