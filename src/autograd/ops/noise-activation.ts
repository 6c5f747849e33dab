/** Noise, bias and activation of StyleGAN1, before its normalisation; see shaders/noise_activation.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import type { Activation } from './activation.js';

export interface NoiseActivationOptions {
  /** [H, W], frozen, the same for every sample. */
  readonly map: Tensor;
  /** [C], frozen: how strong the noise is in each channel. */
  readonly strength: Tensor;
  /** [C], frozen. */
  readonly bias: Tensor;
  /** Slope and gain positive: the gradient reads the sign of the result. */
  readonly activation: Activation;
}

/** x [N, H, W, C] to act(x + strength · map + bias). Gradient flows to x, through the activation. */
export function noiseActivation(
  x: Tensor,
  { map, strength, bias, activation }: NoiseActivationOptions,
): Tensor {
  assertShape('noiseActivation', x, [null, null, null, null]);
  const [, height, width, channels] = x.shape as [number, number, number, number];
  assertShape('noiseActivation map', map, [height, width]);
  assertShape('noiseActivation strength', strength, [channels]);
  assertShape('noiseActivation bias', bias, [channels]);
  const { slope, gain, limit } = activation;
  const params = { count: x.size, pixels: height * width, channels, slope, gain, limit };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'noise activation',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'noise_activation.forward',
        bindings: { x, noise: map, strength, bias, y: y! },
        params,
        workgroups,
      }),
    backward: ([dy], _, [y]) =>
      x.graph.operation({
        name: 'noise activation',
        inputs: [dy!, y!],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'noise_activation.backward',
            bindings: { dy: dy!, activated: y!, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}
