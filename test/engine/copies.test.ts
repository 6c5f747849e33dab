/** Which operands are copied into textures before which launch, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planCopies } from '../../src/engine/copies.js';
import { type KernelName, kernelInfo, type Launch } from '../../src/engine/launch.js';
import { partOf, type Storage, type Temporary } from '../../src/engine/storage.js';

const temporary = (label: string): Temporary => ({ kind: 'temporary', label, bytes: 4096 });
const packed: Storage = {
  kind: 'constant',
  label: 'weight',
  bytes: 16,
  data: new Float32Array(4),
  packing: { key: 'in a texture', form: 'texture', pack: (data) => data },
};

function launch(kernel: KernelName, given: Record<string, Storage>): Launch<Storage> {
  const bindings: Record<string, Storage> = {};
  for (const { name } of kernelInfo(kernel).bindings) bindings[name] = given[name] ?? temporary(name);
  return { kernel, label: '', bindings, constants: {}, params: {}, workgroups: [1, 1, 1], flops: 0 };
}

const convolve = (x: Storage, y: Storage) => launch('conv_texture', { x, y, weight: packed });
const copied = (launches: readonly Launch<Storage>[]) =>
  planCopies(launches).map((of) => of.map(({ name, isThere }) => `${isThere ? 'there' : 'copied'}: ${name}`));

test('an operand is copied once for launches that read the same of it one after another, never a packed weight', () => {
  const [x, a, b] = [temporary('x'), temporary('a'), temporary('b')];
  const between = launch('copy', { a, y: b });
  assert.equal(copied([convolve(x, a), convolve(x, b), between, convolve(x, b)]), [
    ['copied: x'],
    ['there: x'],
    [],
    ['there: x'],
  ]);
});

test('what has been written since, or is another part, is copied again', () => {
  const [x, y] = [temporary('x'), temporary('y')];
  const half = partOf(x, 0, 512);
  const inPlace = launch('copy', { a: y, y: partOf(x, 2048, 512) });
  assert.equal(copied([convolve(x, y), inPlace, convolve(x, y)]), [['copied: x'], [], ['copied: x']]);
  assert.equal(copied([convolve(x, y), convolve(half, y), convolve(x, y)]), [
    ['copied: x'],
    ['copied: x'],
    ['copied: x'],
  ]);
});

test('each operand of a launch has a texture of its own, and is judged by itself', () => {
  const [x, w, y] = [temporary('x'), temporary('w'), temporary('y')];
  const both = (weight: Storage) => launch('conv_texture', { x, y, weight });
  const write = launch('copy', { a: y, y: w });
  assert.equal(copied([both(w), both(w), write, both(w), convolve(x, y), both(packed), both(w)]), [
    ['copied: x', 'copied: weight'],
    ['there: x', 'there: weight'],
    [],
    ['there: x', 'copied: weight'],
    ['there: x'],
    ['there: x'],
    ['there: x', 'there: weight'],
  ]);
});

test('what is repeated to be measured is copied as often', () => {
  const [x, y] = [temporary('x'), temporary('y')];
  const again = [{ ...convolve(x, y), copiesAnew: true }, convolve(x, y)];
  assert.equal(copied([...again, ...again]), [['copied: x'], ['there: x'], ['copied: x'], ['there: x']]);
});

test('what a launch writes is not there for the next one', () => {
  const [x, y] = [temporary('x'), temporary('y')];
  assert.equal(copied([convolve(x, y), convolve(y, x), convolve(x, y)]), [
    ['copied: x'],
    ['copied: x'],
    ['copied: x'],
  ]);
  assert.equal(copied([convolve(x, x), convolve(x, y)]), [['copied: x'], ['copied: x']]);
});

test.run();
