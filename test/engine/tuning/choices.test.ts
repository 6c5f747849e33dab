/** Choices and their keys: plain data, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdapterFacts, TEXTURE_READS } from '../../../src/engine/adapter.js';
import { convolutionPlans, planConvolution } from '../../../src/engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../../src/engine/plans/convolution/shape.js';
import { choosePlan, isChoiceTable, mergeChoices, NO_CHOICES } from '../../../src/engine/tuning/choices.js';
import { adapterClass, adapterKey, shapeKey } from '../../../src/engine/tuning/keys.js';
import { partOf } from '../../../src/engine/tuning/tuner.js';

const LLVMPIPE: AdapterFacts = {
  name: 'llvmpipe-llvm-15-0-6-256-bits-',
  vendor: 'mesa',
  architecture: 'software',
  description: 'llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1',
  software: true,
  features: new Set([TEXTURE_READS]),
  subgroupSize: 8,
};

const SHAPE: ConvolutionShape = {
  batch: 1,
  inHeight: 32,
  inWidth: 32,
  inChannels: 64,
  outHeight: 32,
  outWidth: 32,
  outChannels: 64,
  kernelSize: 3,
  stride: 1,
  padding: 1,
  transposed: false,
};

test('the plan that is named runs; where none is, or one that cannot run, the preferred one', () => {
  const plans = [{ name: 'first' }, { name: 'second' }];
  const choices = mergeChoices({ known: 'second', gone: 'third' });
  assert.is(choosePlan(plans, 'known', choices).name, 'second');
  for (const key of ['gone', 'unknown', 'toString']) assert.is(choosePlan(plans, key, choices).name, 'first');
  assert.is(choosePlan(plans, 'known', NO_CHOICES).name, 'first');
});

test('later tables win', () => {
  const merged = mergeChoices({ a: 'shipped', b: 'shipped' }, { a: 'remembered' });
  assert.equal(
    [...merged],
    [
      ['a', 'remembered'],
      ['b', 'shipped'],
    ],
  );
});

test('a table of choices is an object of strings', () => {
  for (const fits of [{}, { key: 'plan' }]) assert.ok(isChoiceTable(fits));
  for (const other of [null, undefined, 'plan', ['plan'], { key: 1 }, { key: { plan: 'plan' } }])
    assert.not.ok(isChoiceTable(other), JSON.stringify(other));
});

test('every plan of a convolution can be chosen', () => {
  const plans = convolutionPlans(SHAPE, LLVMPIPE);
  assert.ok(plans.length > 3);
  for (const { name } of plans) {
    const choices = mergeChoices({ [shapeKey(SHAPE)]: name });
    assert.is(planConvolution(SHAPE, LLVMPIPE, choices).name, name);
  }
  assert.is(planConvolution(SHAPE, LLVMPIPE).name, plans[0].name);
});

test('a choice made for subgroups is left out where there are none', () => {
  const subgroups = convolutionPlans(SHAPE, LLVMPIPE).find(({ name }) => /subgroup/.test(name))!;
  const without = { ...LLVMPIPE, subgroupSize: 0 };
  const plan = planConvolution(SHAPE, without, mergeChoices({ [shapeKey(SHAPE)]: subgroups.name }));
  assert.not.match(plan.name, /subgroup/);
});

test('every field of a shape is in its key', () => {
  const keys = new Set([shapeKey(SHAPE), shapeKey({ ...SHAPE, transposed: true })]);
  const numbers = Object.keys(SHAPE).filter((name) => name !== 'transposed') as (keyof ConvolutionShape)[];
  for (const name of numbers) keys.add(shapeKey({ ...SHAPE, [name]: 7 }));
  assert.is(keys.size, 2 + numbers.length);
  assert.is(shapeKey(SHAPE), '3x3 s1 p1 32x32x64 to 32x32x64 b1');
});

test('the key of an adapter holds the driver, but not its minor version', () => {
  assert.is(
    adapterKey(LLVMPIPE),
    'mesa, software, llvmpipe-llvm-15-0-6-256-bits-, llvmpipe: Mesa 25 (LLVM 15) 0, 8 lanes, plans 2',
  );
  const driver = (description: string) =>
    adapterKey({ ...LLVMPIPE, vendor: 'nvidia', architecture: 'hopper', name: 'h100', description });
  assert.is(driver('NVIDIA: 550.54.15 550.54.15'), driver('NVIDIA: 550.90.7 550.90.7'));
  assert.is.not(driver('NVIDIA: 550.54.15 550.54.15'), driver('NVIDIA: 560.35.3 560.35.3'));
  assert.is.not(adapterKey(LLVMPIPE), adapterKey({ ...LLVMPIPE, subgroupSize: 0 }));
  assert.is.not(adapterKey(LLVMPIPE), adapterKey({ ...LLVMPIPE, matrix: { M: 8, N: 8, K: 8 } }));
});

test('what is shipped goes by what browsers tell of an adapter, too', () => {
  assert.is(adapterClass(LLVMPIPE), adapterClass({ ...LLVMPIPE, name: '', description: '' }));
  assert.is.not(adapterClass(LLVMPIPE), adapterClass({ ...LLVMPIPE, subgroupSize: 4 }));
  assert.is(adapterClass({ ...LLVMPIPE, architecture: '' }), 'mesa, 8 lanes');
});

test('a part of a shape is the same shape with fewer rows', () => {
  const shapes = [
    SHAPE,
    { ...SHAPE, stride: 2, padding: 0, inHeight: 65, inWidth: 65 },
    { ...SHAPE, stride: 2, padding: 0, outHeight: 65, outWidth: 65, transposed: true },
    { ...SHAPE, kernelSize: 1, padding: 0 },
  ];
  for (const shape of shapes) {
    const part = partOf(shape, 1e6);
    const [small, large] = shape.transposed
      ? [part.inHeight, part.outHeight]
      : [part.outHeight, part.inHeight];
    assert.ok(small >= 8 && small < 32, shapeKey(part));
    assert.is(large, (small - 1) * shape.stride + shape.kernelSize - 2 * shape.padding, shapeKey(part));
    const whole = { inHeight: shape.inHeight, outHeight: shape.outHeight };
    assert.equal({ ...part, ...whole }, shape);
    assert.equal(partOf(shape, 1e12), shape);
  }
});

test.run();
