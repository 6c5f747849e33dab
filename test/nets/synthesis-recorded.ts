/** Synthesis and its gradients against what record_networks.py and record_generators.py have recorded. */
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import type { Device } from '../../src/engine/device.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { Generator } from '../../src/nets/generator.js';
import { assertRecorded, type Bounds, evaluate, type Input } from './evaluate.js';
import { uniform } from './random-weights.js';

export interface SynthesisCase {
  /** The prefix of the recorded names, and of what is random in the case. */
  readonly name: string;
  readonly batch?: number;
  /** Side of the base code; without it synthesis starts from the constant. */
  readonly from?: number;
  readonly image: Bounds;
  readonly gradient: Bounds;
}

/** Returns how close all recorded tensors are. */
export async function compareSynthesis(
  device: Device,
  generator: Generator,
  fixture: Uint8Array,
  { name, batch = 1, from, image, gradient }: SynthesisCase,
): Promise<string[]> {
  const file = TensorFile.parse(fixture, 'fixture');
  const side = generator.resolution;
  const rows = generator.rows - (from ? generator.firstRow(from) : 0);
  const random = (key: string, shape: readonly number[], scale: number, offset = 0): Input => ({
    shape,
    data: uniform(`${name} ${key}`, shape, scale, offset),
  });
  const inputs = {
    code: random('code', [batch, rows, generator.wDim], 1),
    target: random('target', [batch, side, side, 3], 0.5),
    ...(from && { base: random('base', [batch, from, from, generator.channels(from)], 1, 0.4) }),
  };
  const withRespectTo = Object.keys(inputs).filter((key) => key !== 'target');
  const found = await evaluate(device, inputs, ({ code, target, base }) => {
    const picture = base ? generator.synthesisFrom(base, code!) : generator.synthesis(code!);
    return { outputs: { image: picture }, loss: meanSquaredError(picture, target!), withRespectTo };
  });
  return Object.entries(found).map(([key, values]) =>
    assertRecorded(values, file, `${name} ${key}`, key === 'image' ? image : gradient),
  );
}
