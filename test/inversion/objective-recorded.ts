/** The loss of the first step against what record_networks.py and record_objective1024.py have recorded. */
import * as assert from 'uvu/assert';
import type { Device } from '../../src/engine/device.js';
import { defaultMethod, type Method, type Space } from '../../src/inversion/method.js';
import { objective, TERMS } from '../../src/inversion/objective.js';
import { perceptualSide } from '../../src/inversion/target.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { assertRecorded, type Bounds, evaluate, type Input } from '../nets/evaluate.js';
import { type ChannelTable, uniform } from '../nets/random-weights.js';
import { randomModel } from './random-model.js';

export interface ObjectiveCase {
  /** The prefix of the recorded names, and of what is random in the case. */
  readonly name: string;
  readonly channels: ChannelTable;
  readonly space: Space;
  readonly baseSize: number;
  /** At which pictures are compared. */
  readonly side: number;
  readonly penalty?: boolean;
  readonly method?: Partial<Method>;
  readonly gradient: Bounds;
}

/** Throws unless the terms and the gradients are as recorded. */
export async function compareObjective(
  device: Device,
  fixture: Uint8Array,
  each: ObjectiveCase,
): Promise<void> {
  const { name, channels, space, baseSize, side } = each;
  const model = randomModel(channels, baseSize);
  const { generator, perceptual } = model;
  const method: Method = {
    ...defaultMethod(space, baseSize),
    pnorm: each.penalty ? 'penalty' : 'none',
    ...each.method,
  };
  assert.is(perceptualSide(generator.resolution, method), side);

  const random = (key: string, shape: readonly number[], scale: number, offset = 0): Input => ({
    shape,
    data: uniform(`${name} ${key}`, shape, scale, offset),
  });
  const first = space === 'f/w+' ? generator.firstRow(baseSize) : 0;
  const baseShape = [1, baseSize, baseSize, generator.channels(baseSize)];
  const { resolution } = generator;
  const inputs = {
    code: random('code', [1, generator.rows - first, generator.wDim], 0.5),
    target: random('target', [1, resolution, resolution, 3], 0.5),
    small: random('small target', [1, side, side, 3], 0.5),
    ...(space === 'f/w+' && {
      base: random('base', baseShape, 1, 0.4),
      encoded: random('encoded', baseShape, 1, 0.4),
    }),
  };
  const withRespectTo = Object.keys(inputs).filter((key) => key === 'code' || key === 'base');
  const found = await evaluate(device, inputs, ({ code, base, target, small, encoded }) => {
    const wanted = { picture: target!, features: perceptual.features(small!), base: encoded };
    const { terms } = objective(model, method, { base, detail: code! }, wanted);
    // A term that a method does not have is a constant 0.
    const made = Object.entries(terms).filter(([, { content }]) => content.kind !== 'constant');
    const outputs = Object.fromEntries(made);
    return { outputs, loss: terms.total, withRespectTo };
  });

  const file = TensorFile.parse(fixture);
  const wanted = file.floats(`${name} terms`);
  TERMS.forEach((term, at) => {
    const value = found[term]?.[0] ?? 0;
    // A pixel that float32 rounds to the level beside moves the 8-bit error by far more than rounding does.
    const bound = term === 'error' ? 1e-4 : 1e-5;
    assert.ok(
      Math.abs(value - wanted[at]!) <= bound * Math.abs(wanted[at]!),
      `${term} is ${value}, wanted ${wanted[at]} within ${bound}`,
    );
  });
  for (const key of withRespectTo)
    assertRecorded(found[`${key} gradient`]!, file, `${name} ${key} gradient`, each.gradient);
}
