/** Backward passes that convolutions share: through an epilogue and through an input scale. See shaders/channel_gradients.wgsl. */

import type { AdapterFacts } from '../../engine/adapter.js';
import { inFours, linearGrid } from '../../engine/launch.js';
import type { Graph } from '../graph.js';
import type { Lowering, Operand } from '../lowering.js';
import type { Tensor } from '../tensor.js';
import { type Activation, LINEAR } from './activation.js';

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

/** Leaves the sums of `batch` samples as they are. */
export function plainEpilogue(graph: Graph, batch: number, channels: number): Epilogue {
  return {
    scaleOut: graph.filled([batch, channels], 1),
    bias: graph.filled([channels], 0),
    noise: { map: graph.filled([1], 0), strength: 0 },
    activation: LINEAR,
  };
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
  const { batch, channels } = extent(y);
  const [du, dscaleOut] = y.graph.operation({
    name: 'epilogue',
    inputs: [dy, y, epilogue.scaleOut],
    shapes: scaleWanted ? [y.shape, [batch, channels]] : [y.shape],
    overwrites: dy,
    lower: (emit, [flow, sum]) => {
      const { family, chunks, params, workgroups } = chunked(y, emit.facts);
      const partial = partialSums(emit, [batch, chunks, channels], sum);
      emit.launch({
        kernel: `${family}.epilogue`,
        bindings: {
          flow: flow!,
          y,
          scaleOut: epilogue.scaleOut,
          noise: epilogue.noise.map,
          bias: epilogue.bias,
          partial,
        },
        params: { ...params, ...epilogueParams(epilogue) },
        workgroups,
      });
      if (sum && partial !== sum) total(emit, y, partial, sum);
    },
  });
  return { du: du!, dscaleOut };
}

/** dx and d(scaleIn) from the gradient `dv` of v = x · scaleIn, x [N, H, W, C], N · C scales of any shape. One operation. */
export function scaleGradient(dv: Tensor, x: Tensor, scaleIn: Tensor): { dx: Tensor; dscaleIn: Tensor } {
  const { batch, channels } = extent(x);
  const [dx, dscaleIn] = x.graph.operation({
    name: 'input scale',
    inputs: [dv, x, scaleIn],
    shapes: [x.shape, scaleIn.shape],
    overwrites: dv,
    lower: (emit, [flow, sum]) => {
      const { family, chunks, params, workgroups } = chunked(x, emit.facts);
      const partial = partialSums(emit, [batch, chunks, channels], sum);
      emit.launch({
        kernel: `${family}.prologue`,
        bindings: { flow: flow!, x, scaleIn, partial },
        params,
        workgroups,
      });
      if (partial !== sum) total(emit, x, partial, sum!);
    },
  });
  return { dx: dx!, dscaleIn: dscaleIn! };
}

/** The most output channels of a `pointwiseGradient`. */
export const MOST_POINTWISE = 4;

/**
 * dx and d(scaleIn) of u = (x · scaleIn) · weightᵀ at every pixel, from du [N, H, W, O]: a 1×1 convolution to a few channels, as those
 * that make pictures are. The gradient of x · scaleIn, as large as x, never stands in memory. weight [O, C, 1, 1], frozen. dx comes with
 * `sofar` added, where there is one. One operation.
 */
export function pointwiseGradient(
  du: Tensor,
  x: Tensor,
  scaleIn: Tensor,
  weight: Tensor,
  sofar: Tensor | undefined,
): { dx: Tensor; dscaleIn: Tensor } {
  const { batch, channels } = extent(x);
  const outs = du.shape.at(-1)!;
  const [dx, dscaleIn] = x.graph.operation({
    name: 'pointwise',
    inputs: [du, x, scaleIn, ...(sofar ? [sofar] : [])],
    shapes: [x.shape, scaleIn.shape],
    overwrites: sofar,
    lower: (emit, [out, sum]) => {
      const { family, chunks, params, workgroups } = chunked(x, emit.facts);
      const partial = partialSums(emit, [batch, chunks, channels], sum);
      emit.launch({
        kernel: `${family}.pointwise`,
        constants: { OUTS: outs },
        bindings: { du, x, scaleIn, weight, dx: out!, partial },
        params: { ...params, adds: sofar ? 1 : 0 },
        workgroups,
        flops: 2 * (outs + 1) * x.size,
      });
      if (partial !== sum) total(emit, x, partial, sum!);
    },
  });
  return { dx: dx!, dscaleIn: dscaleIn! };
}

/** Where the sums of all chunks [N, chunks, C] go: those of a single one are the whole. */
function partialSums(
  emit: Lowering,
  shape: readonly [batch: number, chunks: number, channels: number],
  sum: Operand | undefined,
): Operand {
  return sum && shape[1] === 1 ? sum : emit.scratch('partial sums', shape);
}

/** More chunks than these are summed by a whole workgroup: on software adapters its barriers cost more than short sums. */
const MANY_CHUNKS = { software: 256, hardware: 16 };

function total(emit: Lowering, of: Tensor, parts: Operand, sum: Operand): void {
  const { facts } = emit;
  const { family, chunks, params } = chunked(of, facts);
  const { batch, channels } = params;
  const isMany = chunks > MANY_CHUNKS[facts.software ? 'software' : 'hardware'];
  emit.launch({
    kernel: isMany ? `${family}.total_of_many` : `${family}.total`,
    bindings: { parts, sum },
    params: { batch, chunks, channels },
    workgroups: isMany ? [channels, batch, 1] : linearGrid(batch * channels),
  });
}

/** At most so many pixels of a channel are summed by one thread. */
const MOST_PIXELS = 256;
/** On software adapters all of so few: another launch takes longer. */
const FEW_PIXELS = 64;
/** And on hardware at least so many, even where more threads would keep a large GPU busier, but for the smallest images. */
const FEWEST_PIXELS = 16;
const THREADS_WANTED = 2 ** 16;

/**
 * About as many chunks as pixels in one: short sums in both passes, and small rounding errors; a single one of few pixels on software
 * adapters; on hardware more of them where threads
 * would be few, each waiting for its loads. Channels go in fours where they can.
 */
function chunked(of: Tensor, { software }: AdapterFacts) {
  const { batch, pixels, channels } = extent(of);
  const { family, count } = inFours('channel_gradients', channels);
  const even = Math.min(MOST_PIXELS, Math.ceil(Math.sqrt(pixels)));
  const busy = Math.max(FEWEST_PIXELS, Math.ceil((batch * pixels * count) / THREADS_WANTED));
  const chunk = !software ? Math.min(even, busy) : pixels <= FEW_PIXELS ? pixels : even;
  const chunks = Math.ceil(pixels / chunk);
  const params = { batch, pixels, channels: count, chunk };
  return { family, chunks, params, workgroups: linearGrid(batch * chunks * count) };
}

function extent({ shape }: Tensor): { batch: number; pixels: number; channels: number } {
  return { batch: shape[0]!, pixels: shape[1]! * shape[2]!, channels: shape[3]! };
}
