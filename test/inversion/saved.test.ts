/** Files of codes: what is written comes back, and what is wrong is refused in words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { InversionState } from '../../src/inversion/codes.js';
import { defaultMethod } from '../../src/inversion/method.js';
import { codeShapes, recordOf, TERMS } from '../../src/inversion/objective.js';
import { decodeCodes, decodeState, encodeState, savedSeconds } from '../../src/inversion/saved.js';
import type { Tensor } from '../../src/io/dtype.js';
import { encodeTensors, TensorFile } from '../../src/io/safetensors.js';
import { uniform } from '../nets/random-weights.js';
import { randomModel, SMALL } from './random-model.js';
import { refuses } from './refuses.js';

const model = randomModel(SMALL);

function stateOf(space: 'f/w+' | 'w+', step: number): InversionState {
  const method = defaultMethod(space, 8);
  const shapes = codeShapes(model, method, 1);
  const base = (name: string) => shapes.base && uniform(name, shapes.base);
  const detail = (name: string) => uniform(name, shapes.detail);
  const [first, second] = [base('first'), base('second')];
  const history = uniform('history', [step, TERMS.length]);
  return {
    modelId: model.id,
    method,
    targetHash: 'ab'.repeat(32),
    step,
    codes: { base: base('base'), detail: detail('detail') },
    baseTarget: base('target'),
    moments: {
      base: first && second && { first, second },
      detail: { first: detail('first'), second: detail('second') },
    },
    computation: {
      adapter: 'an abacus',
      subgroupSize: 8,
      matrixUnits: true,
      kernels: ['conv', 'adam'],
      plans: '00',
    },
    history: Array.from({ length: step }, (_, row) => recordOf(history, row)),
  };
}

type Metadata = Record<string, string>;
type Tensors = Map<string, Tensor>;

/** The file of three steps with something changed. */
function changed(change: (metadata: Metadata, tensors: Tensors) => void): Uint8Array {
  const file = TensorFile.parse(encodeState(stateOf('f/w+', 3), model));
  const metadata = { ...file.metadata };
  const tensors: Tensors = new Map([...file.keys()].map((key) => [key, file.get(key)]));
  change(metadata, tensors);
  for (const key of Object.keys(metadata)) if (metadata[key] === undefined) delete metadata[key];
  return encodeTensors(tensors, metadata);
}

test('a state comes back as it was', () => {
  for (const state of [stateOf('f/w+', 3), stateOf('w+', 2), stateOf('f/w+', 0)]) {
    assert.equal(decodeState(encodeState(state, model), model, 'saved'), state);
    const { method, codes } = decodeCodes(encodeState(state, model), model, 'saved');
    assert.equal([method, codes], [state.method, state.codes]);
  }
  const { computation: _, ...rest } = stateOf('w+', 1);
  const old = { ...rest, computation: undefined };
  assert.equal(decodeState(encodeState(old, model), model, 'saved'), old);
});

test('codes go with their generator, an inversion with all of its model', async () => {
  const made = { ...model, generatorId: 'a generator' };
  const bytes = encodeState(stateOf('f/w+', 3), made);
  const other = { ...made, id: 'random 1 with another encoder' };
  assert.equal(decodeCodes(bytes, other, 'saved').codes, stateOf('f/w+', 3).codes);
  await refuses(
    () => decodeState(bytes, other, 'saved'),
    /is of the model 'random 1', this is 'random 1 with/,
  );
  const stranger = { ...other, generatorId: 'another generator' };
  await refuses(() => decodeCodes(bytes, stranger, 'saved'), /is of the model 'random 1'/);
  // Files that do not say are of the model that they name.
  const { generatorId: _, ...old } = made;
  assert.equal(
    decodeCodes(encodeState(stateOf('f/w+', 3), old), made, 'saved').method,
    stateOf('f/w+', 3).method,
  );
  await refuses(() => decodeCodes(encodeState(stateOf('f/w+', 3), old), other, 'saved'), /is of the model/);
});

test('codes alone can be drawn, but not gone on from', async () => {
  const bytes = changed((metadata, tensors) => {
    for (const key of tensors.keys()) if (!/^(base|detail)_code$/.test(key)) tensors.delete(key);
    for (const key of ['target_sha256', 'step', 'history_columns', 'computation']) delete metadata[key];
  });
  assert.equal(decodeCodes(bytes, model, 'edited').codes, stateOf('f/w+', 3).codes);
  await refuses(() => decodeState(bytes, model, 'edited'), /edited/);
  const moments = changed((_, tensors) => {
    for (const key of tensors.keys()) if (key.includes('moment')) tensors.delete(key);
  });
  await refuses(() => decodeState(moments, model, 'edited'), /edited holds codes alone/);
});

const method = (change: Record<string, unknown>) => (metadata: Metadata) => {
  metadata.method = JSON.stringify({ ...JSON.parse(metadata.method!), ...change });
};
const meta = (key: string, value: string | undefined) => (metadata: Metadata) => {
  if (value === undefined) delete metadata[key];
  else metadata[key] = value;
};

const wrong: readonly [RegExp, (metadata: Metadata, tensors: Tensors) => void][] = [
  [/method is null/, meta('method', 'null')],
  [/method is 'F\/W\+', which is not JSON/, meta('method', 'F/W+')],
  [/method is missing/, meta('method', undefined)],
  [/space .* is "z", wanted 'f\/w\+' or 'w\+'/, method({ space: 'z' })],
  [/pnorm .* is missing/, method({ pnorm: undefined })],
  [/baseSize .* is 8\.5/, method({ baseSize: 8.5 })],
  [/side 7 does not exist/, method({ baseSize: 7 })],
  [/learningRate .* is "fast", wanted a number above 0/, method({ learningRate: 'fast' })],
  [/weights .* is \[\]/, method({ weights: [] })],
  [/perceptual .* is -1/, method({ weights: { perceptual: -1, base: 1, pnorm: 1 } })],
  [/perceptualUpsampling .* is 1, wanted true or false/, method({ perceptualUpsampling: 1 })],
  [/step is '-1', wanted a whole number/, meta('step', '-1')],
  [/step is '2\.5'/, meta('step', '2.5')],
  [/step is missing/, meta('step', undefined)],
  [/shape \[3,6\], wanted \[4,6\]/, meta('step', '4')],
  [/columns of its history are 'total,psnr'/, meta('history_columns', 'total,psnr')],
  [/target_sha256 is 'abc'/, meta('target_sha256', 'abc')],
  [/record of what computed it/, meta('computation', 'null')],
  [
    /record of what computed it/,
    meta('computation', '{"adapter":"a","subgroupSize":4,"plans":"0","kernels":[1]}'),
  ],
  [/no tensor base_target/, (_, tensors) => tensors.delete('base_target')],
  [/no tensor history/, (_, tensors) => tensors.delete('history')],
  [/detail_moment2.* not finite/, (_, tensors) => put(tensors, 'detail_moment2', Number.NaN)],
  [/base_code.* not finite/, (_, tensors) => put(tensors, 'base_code', Infinity)],
  [/history.* not finite/, (_, tensors) => put(tensors, 'history', Number.NaN)],
];

function put(tensors: Tensors, key: string, value: number): void {
  const { shape, data } = tensors.get(key)!;
  const copy = Float32Array.from(data as Float32Array);
  copy[1] = value;
  tensors.set(key, { dtype: 'F32', shape, data: copy });
}

test('whatever is wrong in a file is refused by name', async () => {
  for (const [pattern, change] of wrong) {
    await refuses(() => decodeState(changed(change), model, 'codes.safetensors'), pattern);
  }
  await refuses(
    () => decodeState(changed(meta('model', 'another 2')), model, 'codes'),
    /of the model 'another 2'/,
  );
  await refuses(() => savedSeconds(changed(meta('seconds', 'soon')), 'codes'), /its seconds are 'soon'/);
  assert.is(savedSeconds(changed(meta('seconds', '1.250')), 'codes'), 1.25);
  assert.is(savedSeconds(changed(meta('seconds', undefined)), 'codes'), 0);
});

test.run();
