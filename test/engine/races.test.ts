/** Workgroup memory: every kernel with a barrier is free of races, and would not be without it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { detectRaces } from 'wgsl_reflect/wgsl_reflect.module.js';
import { kernels, sources } from '../../src/engine/kernels.gen.js';
import { encodeParams, type KernelName, kernelInfo } from '../../src/engine/launch.js';
import { preprocess } from '../../src/engine/preprocess.js';

/** A launch small enough to be interpreted, large enough that every barrier has something to order. */
interface Sample {
  readonly params: Readonly<Record<string, number>>;
  /** Elements of every storage buffer. */
  readonly elements: number;
}

/** Every kernel that has a barrier stands here. */
const samples: Partial<Record<KernelName, Sample>> = {
  'reduce.total': { params: { threads: 150, factor: 1 }, elements: 150 },
};

const BARRIER = /\b(workgroupBarrier|storageBarrier)\(\);/g;

function racesOf(name: KernelName, code: string, { params, elements }: Sample) {
  const info = kernelInfo(name);
  const group: Record<number, unknown> = {};
  for (const { binding } of info.bindings) group[binding] = new ArrayBuffer(4 * elements);
  if (info.params) group[info.params.binding] = { uniform: encodeParams(info, params) };
  return detectRaces(code, info.entry, [1, 1, 1], { 0: group });
}

/** The text from an entry point's head to the next function or the end. */
function entryText(name: KernelName): string {
  const { family, entry } = kernelInfo(name);
  const source = sources[family as keyof typeof sources];
  const start = source.search(new RegExp(`fn ${entry}\\b`));
  const next = source.indexOf('\nfn ', start);
  const nextEntry = source.indexOf('\n@compute', start);
  const ends = [next, nextEntry].filter((at) => at > start);
  return source.slice(start, ends.length > 0 ? Math.min(...ends) : undefined);
}

const withBarrier = (Object.keys(kernels) as KernelName[]).filter((name) => entryText(name).match(BARRIER));

test('there are kernels with barriers, and each has a sample', () => {
  assert.ok(withBarrier.length > 0);
  assert.equal(
    withBarrier.filter((name) => !samples[name]),
    [],
  );
});

for (const name of withBarrier) {
  const sample = samples[name];
  if (!sample) continue;
  const code = preprocess(sources[kernelInfo(name).family as keyof typeof sources]);

  test(`${name} has no race`, () => {
    const { races, errors } = racesOf(name, code, sample);
    assert.equal(errors, []);
    assert.equal(
      races.map(({ message }) => message),
      [],
    );
  });

  const start = code.indexOf(entryText(name).split('\n')[0]);
  const barriers = [...code.matchAll(BARRIER)].filter(
    ({ index }) => index > start && index < start + entryText(name).length,
  );
  barriers.forEach(({ index, 0: text }, at) => {
    test(`${name} has a race without its barrier ${at + 1}`, () => {
      const broken = code.slice(0, index) + code.slice(index + text.length);
      assert.ok(racesOf(name, broken, sample).races.length > 0);
    });
  });
}

test.run();
