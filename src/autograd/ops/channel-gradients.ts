/** The two backward passes that convolutions share: through an epilogue and through an input scale. See shaders/channel_gradients.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Storage } from '../../engine/storage.js';
import type { Lowering, Operand } from '../lowering.js';
import type { Tensor } from '../tensor.js';
import type { Activation } from './activation.js';

/** What a convolution or blur applies to its sums: y = act(scaleOut · u + strength · map + bias). */
export interface Epilogue {
  /** [N, C], not zero anywhere. */
  readonly scaleOut: Tensor;
  /** [C], frozen. */
  readonly bias: Tensor;
  /** [H, W], frozen, the same for every channel and sample; `strength` 0 leaves it unread. */
  readonly noise: { readonly map: Tensor; readonly strength: number };
  readonly activation: Activation;
}

export function epilogueParams({ noise, activation }: Epilogue) {
  const { slope, gain, limit } = activation;
  return { noiseStrength: noise.strength, slope, gain, limit };
}

/** d(sums), and where wanted d(scaleOut) [N, C], from the gradient of the output `y` [N, H, W, C]. One operation. */
export function epilogueGradient(
  dy: Tensor,
  y: Tensor,
  epilogue: Epilogue,
  scaleWanted: boolean,
): { du: Tensor; dscaleOut: Tensor | undefined } {
  const { batch, pixels, channels } = extent(y);
  const [du, dscaleOut] = y.graph.operation({
    name: 'epilogue',
    inputs: [dy, y, epilogue.scaleOut],
    shapes: scaleWanted ? [y.shape, [batch, channels]] : [y.shape],
    lower: (emit, [dx, sum]) => {
      const chunk = chunkOf(pixels);
      const chunks = Math.ceil(pixels / chunk);
      const partial = emit.scratch('partial sums', [batch, chunks, channels]);
      emit.launch({
        kernel: 'channel_gradients.epilogue',
        bindings: {
          dy,
          y,
          scaleOut: epilogue.scaleOut,
          noise: epilogue.noise.map,
          bias: epilogue.bias,
          dx: dx!,
          partial,
        },
        params: { batch, pixels, channels, chunk, ...epilogueParams(epilogue) },
        workgroups: linearGrid(batch * chunks * channels),
      });
      if (sum) total(emit, partial, sum, batch, chunks, channels);
    },
  });
  return { du: du!, dscaleOut };
}

/** dx and d(scaleIn) from the gradient `dv` of v = x · scaleIn, x [N, H, W, C], N · C scales of any shape. One operation. */
export function scaleGradient(dv: Tensor, x: Tensor, scaleIn: Tensor): { dx: Tensor; dscaleIn: Tensor } {
  const { batch, pixels, channels } = extent(x);
  const [dx, dscaleIn] = x.graph.operation({
    name: 'input scale',
    inputs: [dv, x, scaleIn],
    shapes: [x.shape, scaleIn.shape],
    lower: (emit, [out, sum]) => {
      const chunk = chunkOf(pixels);
      const chunks = Math.ceil(pixels / chunk);
      const partial = emit.scratch('partial sums', [batch, chunks, channels]);
      emit.launch({
        kernel: 'channel_gradients.prologue',
        bindings: { dv, x, scaleIn, dx: out!, partial },
        params: { batch, pixels, channels, chunk },
        workgroups: linearGrid(batch * chunks * channels),
      });
      total(emit, partial, sum!, batch, chunks, channels);
    },
  });
  return { dx: dx!, dscaleIn: dscaleIn! };
}

function total(
  emit: Lowering,
  parts: Storage,
  sum: Operand,
  batch: number,
  chunks: number,
  channels: number,
): void {
  emit.launch({
    kernel: 'channel_gradients.total',
    bindings: { parts, sum },
    params: { batch, chunks, channels },
    workgroups: linearGrid(batch * channels),
  });
}

/** About as many chunks as pixels in one: short sums in both passes, and small rounding errors. */
function chunkOf(pixels: number): number {
  return Math.ceil(Math.sqrt(pixels));
}

function extent({ shape }: Tensor): { batch: number; pixels: number; channels: number } {
  return { batch: shape[0]!, pixels: shape[1]! * shape[2]!, channels: shape[3]! };
}
