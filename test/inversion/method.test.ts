import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_STEPS, defaultMethod, methodName } from '../../src/inversion/method.js';
import { perceptualSide } from '../../src/inversion/target.js';

test('the defaults are the published ones', () => {
  assert.is(DEFAULT_STEPS, 1200);
  const { weights, learningRate, clipLimit, pnorm, perceptualSize } = defaultMethod('f/w+', 16);
  assert.equal(weights, { perceptual: 10, base: 10, pnorm: 0.01 });
  assert.is(learningRate, 0.01);
  assert.is(clipLimit, 5);
  assert.is(pnorm, 'penalty');
  assert.is(perceptualSize, 256);
  assert.is(defaultMethod('w+', 16).pnorm, 'none');
});

test('names of methods', () => {
  const name = (space: 'f/w+' | 'w+', pnorm?: 'clip' | 'penalty' | 'none') =>
    methodName({ ...defaultMethod(space, 8), ...(pnorm && { pnorm }) });
  assert.equal([name('w+'), name('w+', 'clip'), name('w+', 'penalty')], ['w+', 'w+ clip', 'w+ penalty']);
  assert.equal(
    [name('f/w+'), name('f/w+', 'clip'), name('f/w+', 'none')],
    ['f/w+', 'f/w+ clip', 'f/w+ free'],
  );
});

test('pictures below the perceptual size are compared as they are, unless they are to be enlarged', () => {
  const method = defaultMethod('f/w+', 8);
  assert.equal(
    [64, 256, 1024].map((side) => perceptualSide(side, method)),
    [64, 256, 256],
  );
  const official = { ...method, perceptualUpsampling: true };
  assert.equal(
    [64, 256, 1024].map((side) => perceptualSide(side, official)),
    [256, 256, 256],
  );
});

test.run();
