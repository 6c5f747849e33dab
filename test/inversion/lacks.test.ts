/** What is done without a part of the published method, and that it is said. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BASE_WEIGHT_WITHOUT_ENCODER, lacks, usualMethod } from '../../src/inversion/lacks.js';
import { defaultMethod } from '../../src/inversion/method.js';
import type { CodeEncoder, Model } from '../../src/inversion/model.js';
import { randomModel, SMALL } from './random-model.js';

const whole: Model = randomModel(SMALL);
const codeEncoder: CodeEncoder = { side: 32, rows: 8, wDim: 32, encode: (picture) => picture };
const bare: Model = { ...whole, encoder: undefined, perceptual: undefined, pnorm: undefined };
const partsOf = (model: Model, space: 'f/w+' | 'w+', baseSize?: number) =>
  lacks(model, usualMethod(model, space, baseSize)).map(({ part }) => part);

test('a whole model is inverted as published, and lacks nothing', () => {
  for (const space of ['f/w+', 'w+'] as const) {
    assert.equal(usualMethod(whole, space), defaultMethod(space, whole.baseSize));
    assert.equal(partsOf(whole, space), []);
  }
});

test('what is missing changes its own term and no other', () => {
  const published = defaultMethod('f/w+', 8);
  const { weights } = published;
  const without = (part: 'encoder' | 'perceptual' | 'pnorm') =>
    usualMethod({ ...whole, [part]: undefined } as Model, 'f/w+');
  const low = { ...weights, base: BASE_WEIGHT_WITHOUT_ENCODER };
  assert.equal(without('encoder'), { ...published, weights: low });
  assert.equal(without('perceptual'), { ...published, weights: { ...weights, perceptual: 0 } });
  assert.equal(without('pnorm'), { ...published, pnorm: 'none' });
  // An encoder for another base code is of no use.
  assert.equal(usualMethod(whole, 'f/w+', 16), { ...defaultMethod('f/w+', 16), weights: low });
});

test('everything that is missing is said, where it would have been used', () => {
  assert.equal(partsOf(bare, 'f/w+'), ['encoder', 'perceptual', 'pnorm']);
  assert.equal(partsOf(bare, 'w+'), ['perceptual']);
  assert.equal(partsOf(whole, 'f/w+', 16), ['encoder']);
  const [encoder, perceptual, pnorm] = lacks(bare, usualMethod(bare, 'f/w+')).map(({ note }) => note);
  assert.match(
    encoder!,
    /this model has no base-code encoder\. The paper’s method needs one.*weight 0\.\d+\)/,
  );
  assert.match(perceptual!, /no perceptual term/);
  assert.match(pnorm!, /P-norm\+ term is left out/);
  const [seen] = lacks({ ...bare, codeEncoder }, usualMethod(bare, 'f/w+')).map(({ note }) => note);
  assert.match(seen!, /the base code of the encoder’s W\+ code: this model/);
  const [other] = lacks(whole, usualMethod(whole, 'f/w+', 16)).map(({ note }) => note);
  assert.match(other!, /the encoder is for s = 8, not 16/);
});

test.run();
