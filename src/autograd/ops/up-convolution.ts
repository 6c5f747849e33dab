/**
 * The up-convolution of StyleGAN2: transposed 3×3 convolution with stride 2, then the [1,3,3,1] FIR with the layer's epilogue.
 * What lies between the two, one row and column larger than the result, is made and used up band by band of rows, so that it
 * never stands in memory whole: at 1024×1024 with 32 channels it would pass WebGPU's default limit of a binding.
 *
 * Gradients: through the epilogue; then the adjoint of the filter (the filter with one more zero around) and the convolution
 * with stride 2, again by bands; then through the input scale.
 */
import { type BlurShape, copiesBlurred, planBlur, seenByBlur } from '../../engine/plans/blur.js';
import { convolutionLaunches } from '../../engine/plans/convolution/launches.js';
import { planConvolution } from '../../engine/plans/convolution/plan.js';
import type { Band, ConvolutionShape } from '../../engine/plans/convolution/shape.js';
import type { Storage } from '../../engine/storage.js';
import type { Lowering, Operand } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';
import {
  type Epilogue,
  epilogueGradient,
  epilogueParams,
  plainEpilogue,
  scaleGradient,
} from './channel-gradients.js';

/** Between the two launches, at most about so many bytes: all of a small picture. */
const BAND_BYTES = 36 * 2 ** 20;
/** Where what the FIR reads, which is as much, is copied into a texture. */
const COPIED_BAND_BYTES = 12 * 2 ** 20;

/**
 * x [N, H, W, I] times scaleIn [N, I], with weights [O, I, 3, 3] (frozen), gives [N, 2H, 2W, O]. Gradients flow to x, scaleIn
 * and the epilogue's scaleOut. `bandBytes` changes nothing but memory.
 */
export function upConvolution(
  x: Tensor,
  weight: Tensor,
  scaleIn: Tensor,
  epilogue: Epilogue,
  bandBytes = BAND_BYTES,
): Tensor {
  const [outChannels, inChannels] = weight.shape as [number, number, number, number];
  assertShape('up-convolution', x, [null, null, null, inChannels]);
  assertShape('up-convolution weight', weight, [null, null, 3, 3]);
  const [batch, height, width] = x.shape as [number, number, number, number];
  assertShape('up-convolution scaleIn', scaleIn, [batch, inChannels]);
  assertShape('up-convolution scaleOut', epilogue.scaleOut, [batch, outChannels]);
  assertShape('up-convolution bias', epilogue.bias, [outChannels]);
  const layer: UpLayer = { batch, height, width, inChannels, outChannels, weight, bandBytes };
  const [out] = x.graph.operation({
    name: 'up-convolution',
    inputs: [x, scaleIn, epilogue.scaleOut],
    shapes: [[batch, 2 * height, 2 * width, outChannels]],
    lower: (emit, [y]) => launchForward(emit, layer, { x, scaleIn, epilogue, y: y! }),
    backward: ([dy], wanted, [y]) => {
      const { du, dscaleOut } = epilogueGradient(dy!, y!, epilogue, wanted[2]!);
      if (!wanted[0] && !wanted[1]) return [undefined, undefined, dscaleOut];
      const { dx, dscaleIn } = scaleGradient(dataGradient(du, layer), x, scaleIn);
      return [dx, dscaleIn, dscaleOut];
    },
  });
  return out!;
}

interface UpLayer {
  readonly batch: number;
  /** Of the smaller picture. */
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly weight: Tensor;
  readonly bandBytes: number;
}

/** du [N, 2H, 2W, O] back to [N, H, W, I]. */
function dataGradient(du: Tensor, layer: UpLayer): Tensor {
  const { batch, height, width, inChannels } = layer;
  const [dv] = du.graph.operation({
    name: 'up-convolution data gradient',
    inputs: [du],
    shapes: [[batch, height, width, inChannels]],
    lower: (emit, [y]) => launchGradient(emit, layer, du, y!),
  });
  return dv!;
}

function launchForward(
  emit: Lowering,
  layer: UpLayer,
  call: { readonly x: Tensor; readonly scaleIn: Tensor; readonly epilogue: Epilogue; readonly y: Operand },
): void {
  const { x, scaleIn, epilogue, y } = call;
  const { height } = layer;
  const shape = convolutionShape(layer, true);
  const convolve = convolutionBy(emit, layer, shape);
  const fir = firBetween(shape.outHeight, 2 * height, layer);
  // A band of b rows of the result needs b + 3 rows of what is between.
  inBands(emit, layer, 2 * height, 3, 1, (from, to, between) => {
    const first = Math.max(0, from - 1);
    const rows = { first, count: Math.min(shape.outHeight, to + 2) - first };
    const whole = { first: 0, count: height };
    const band: Band = { from: first, to: first + rows.count, input: whole, output: rows };
    convolve(band, x, scaleIn, between);
    const part = { inHeight: rows.count, rows: to - from, outFirst: from, inFirst: from - 1 - first };
    launchFir(emit, { ...fir, ...part }, epilogue, between, y);
  });
}

function launchGradient(emit: Lowering, layer: UpLayer, du: Tensor, y: Operand): void {
  const { graph } = du;
  const { batch, height, outChannels } = layer;
  const shape = convolutionShape(layer, false);
  const convolve = convolutionBy(emit, layer, shape);
  const fir = firBetween(2 * height, shape.inHeight, layer);
  const plain = plainEpilogue(graph, batch, outChannels);
  const ones = graph.filled([batch, outChannels], 1);
  // A band of b rows of the result needs 2b + 1 rows of what is between.
  inBands(emit, layer, height, 1, 2, (from, to, between) => {
    const rows = { first: 2 * from, count: 2 * (to - from) + 1 };
    const part = { outHeight: rows.count, rows: rows.count, outFirst: 0, inFirst: rows.first - 2 };
    launchFir(emit, { ...fir, ...part }, plain, du, between);
    convolve({ from, to, input: rows, output: { first: 0, count: height } }, between, ones, y);
  });
}

/** Calls for bands of `rows` rows, evenly; between the launches of one stand `scale` rows for each, and `more`. */
function inBands(
  emit: Lowering,
  { batch, width, outChannels, bandBytes }: UpLayer,
  rows: number,
  more: number,
  scale: number,
  launch: (from: number, to: number, between: Storage) => void,
): void {
  const isCopied = copiesBlurred({ channels: outChannels }, emit.facts);
  const most = isCopied ? Math.min(bandBytes, COPIED_BAND_BYTES) : bandBytes;
  const row = 4 * batch * (2 * width + 1) * outChannels;
  const bands = Math.min(rows, Math.ceil((row * (scale * rows + more)) / most));
  const each = Math.ceil(rows / bands);
  const between = emit.scratch('between', [row / 4, scale * each + more]);
  for (let from = 0; from < rows; from += each) launch(from, Math.min(rows, from + each), between);
}

/** From [N, H, W, I] to [N, 2H + 1, 2W + 1, O], or back. */
function convolutionShape(layer: UpLayer, transposed: boolean): ConvolutionShape {
  const { batch, height, width, inChannels, outChannels } = layer;
  const small = { height, width, channels: inChannels };
  const large = { height: 2 * height + 1, width: 2 * width + 1, channels: outChannels };
  const [from, to] = transposed ? [small, large] : [large, small];
  return {
    batch,
    inHeight: from.height,
    inWidth: from.width,
    inChannels: from.channels,
    outHeight: to.height,
    outWidth: to.width,
    outChannels: to.channels,
    kernelSize: 3,
    stride: 2,
    padding: 0,
    transposed,
  };
}

function convolutionBy(emit: Lowering, { weight }: UpLayer, shape: ConvolutionShape) {
  const plan = emit.planned(shape, planConvolution(shape, emit.facts, emit.choices, emit));
  const packed = emit.packed(weight, plan.packing(!shape.transposed), plan.weightBytes);
  const plain = plainEpilogue(weight.graph, shape.batch, shape.outChannels);
  const { scaleOut, bias, noise } = plain;
  return (band: Band, x: Operand, scaleIn: Operand, y: Operand) =>
    emit.launchAll(
      convolutionLaunches<Operand>(
        shape,
        plan,
        { x, weight: packed, scaleIn, scaleOut, noise: noise.map, bias, y },
        epilogueParams(plain),
        emit.memory,
        { band, mostFlops: emit.mostFlops },
      ),
    );
}

/** The FIR between arrays of so many rows; the padding gives twice itself to the width, the filter takes 3. */
function firBetween(inHeight: number, outHeight: number, { batch, width, outChannels }: UpLayer) {
  const growth = outHeight - inHeight;
  const [inWidth, outWidth] = growth < 0 ? [2 * width + 1, 2 * width] : [2 * width, 2 * width + 1];
  return { batch, inHeight, inWidth, outHeight, outWidth, channels: outChannels, padding: (growth + 3) / 2 };
}

function launchFir(emit: Lowering, shape: BlurShape, epilogue: Epilogue, x: Operand, y: Operand): void {
  const plan = planBlur(shape, emit.facts);
  // No more is copied into a texture than is read.
  const isCopied = plan.kernel === 'blur_texture';
  const seen = seenByBlur(shape);
  const skipped = isCopied ? seen.offset / 4 : 0;
  emit.launch({
    kernel: plan.kernel,
    constants: plan.constants,
    workgroups: plan.workgroups,
    bindings: {
      x: isCopied ? emit.memory.part(x, 4 * seen.offset, seen.elements) : x,
      scaleOut: epilogue.scaleOut,
      noise: epilogue.noise.map,
      bias: epilogue.bias,
      y,
    },
    params: { ...shape, skipped, ...epilogueParams(epilogue) },
    flops: 32 * shape.batch * shape.rows * shape.outWidth * shape.channels,
  });
}
