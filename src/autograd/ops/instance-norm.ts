/**
 * Adaptive instance normalisation: the mean and the standard deviation of every channel of every sample are replaced by those
 * of a style. See shaders/instance_norm.wgsl.
 *
 * Gradients, with h the normalised x and P its pixels: dshift = Σ dy, dscale = Σ dy · h, and of dy the part that is
 * neither constant nor along h goes on to x, times scale / σ: shifting or stretching a channel of x changes nothing.
 */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * x [N, H, W, C] with scale and shift [N, C] gives scale · (x − μ) · (σ² + epsilon)^(-1/2) + shift, μ and σ² over the pixels.
 * Gradients flow to all three.
 */
export function instanceNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-8): Tensor {
  assertShape('instanceNorm', x, [null, null, null, null]);
  const { graph } = x;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  assertShape('instanceNorm scale', scale, [batch, channels]);
  assertShape('instanceNorm shift', shift, [batch, channels]);
  const pixels = height * width;
  // About as many chunks as pixels in one: short sums in both passes, and small rounding errors.
  const chunk = Math.ceil(Math.sqrt(pixels));
  const chunks = Math.ceil(pixels / chunk);
  const params = { batch, pixels, channels };
  const chunkParams = { ...params, chunk, epsilon };
  const overChunks = linearGrid(batch * chunks * channels);
  const overChannels = linearGrid(batch * channels);
  const overElements = linearGrid(x.size);

  const [meanAndRate] = graph.operation({
    name: 'moments',
    inputs: [x],
    shapes: [[batch, channels, 2]],
    lower: (emit, [statistic]) => {
      const partial = emit.scratch('partial moments', [batch, chunks, channels, 2]);
      emit.launch({
        kernel: 'instance_norm.moments',
        bindings: { x, partial },
        params: chunkParams,
        workgroups: overChunks,
      });
      emit.launch({
        kernel: 'instance_norm.statistics',
        bindings: { parts: partial, statistic: statistic! },
        params: chunkParams,
        workgroups: overChannels,
      });
    },
  }) as [Tensor];

  const [out] = graph.operation({
    name: 'instance norm',
    inputs: [x, scale, shift, meanAndRate],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'instance_norm.forward',
        bindings: { x, meanAndRate, scale, shift, y: y! },
        params,
        workgroups: overElements,
      }),
    backward: ([gradient], wanted) => {
      const dy = gradient!;
      const [dscale, dshift] = graph.operation({
        name: 'style',
        inputs: [dy, x, meanAndRate],
        shapes: [scale.shape, shift.shape],
        lower: (emit, [sumScale, sumShift]) => {
          const partial = emit.scratch('partial sums', [batch, chunks, channels, 2]);
          emit.launch({
            kernel: 'instance_norm.sums',
            bindings: { x, dy, meanAndRate, partial },
            params: chunkParams,
            workgroups: overChunks,
          });
          emit.launch({
            kernel: 'instance_norm.totals',
            bindings: { parts: partial, dscale: sumScale!, dshift: sumShift! },
            params: chunkParams,
            workgroups: overChannels,
          });
        },
      }) as [Tensor, Tensor];
      if (!wanted[0]) return [undefined, dscale, dshift];
      const [dx] = graph.operation({
        name: 'input',
        inputs: [dy, x, meanAndRate, scale, dscale, dshift],
        shapes: [x.shape],
        lower: (emit, [sum]) =>
          emit.launch({
            kernel: 'instance_norm.backward',
            bindings: { x, dy, meanAndRate, scale, sumScale: dscale, sumShift: dshift, dx: sum! },
            params,
            workgroups: overElements,
          }),
      });
      return [dx, dscale, dshift];
    },
  });
  return out!;
}
