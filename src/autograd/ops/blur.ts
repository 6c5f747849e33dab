/**
 * The [1,3,3,1] FIR after an up-convolution, with the layer's epilogue; see shaders/blur.wgsl.
 * Gradients: through the epilogue, then the adjoint of the filter, which is the filter with one more zero around.
 */
import { type BlurShape, planBlur } from '../../engine/plans/blur.js';
import type { Lowering, Operand } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';
import { LINEAR } from './activation.js';
import { type Epilogue, epilogueGradient, epilogueParams } from './channel-gradients.js';

/** x [N, H + 1, W + 1, C] to [N, H, W, C]. Gradients flow to x and scaleOut. */
export function blur(x: Tensor, epilogue: Epilogue): Tensor {
  const shape = shapeOf(x, -1);
  const { batch, outHeight, outWidth, channels } = shape;
  assertShape('blur scaleOut', epilogue.scaleOut, [batch, channels]);
  assertShape('blur bias', epilogue.bias, [channels]);
  const [out] = x.graph.operation({
    name: 'blur',
    inputs: [x, epilogue.scaleOut],
    shapes: [[batch, outHeight, outWidth, channels]],
    lower: (emit, [y]) => launchBlur(emit, x, shape, epilogue, y!),
    backward: ([dy], wanted, [y]) => {
      const { du, dscaleOut } = epilogueGradient(dy!, y!, epilogue, wanted[1]!);
      return [blurAdjoint(du), dscaleOut];
    },
  });
  return out!;
}

/** [N, H, W, C] to [N, H + 1, W + 1, C]. */
function blurAdjoint(du: Tensor): Tensor {
  const { graph } = du;
  const shape = shapeOf(du, 1);
  const { batch, outHeight, outWidth, channels } = shape;
  const [dx] = graph.operation({
    name: 'blur adjoint',
    inputs: [du],
    shapes: [[batch, outHeight, outWidth, channels]],
    lower: (emit, [y]) => {
      const nothing: Epilogue = {
        scaleOut: graph.filled([batch, channels], 1),
        bias: graph.filled([channels], 0),
        noise: { map: graph.filled([1], 0), strength: 0 },
        activation: LINEAR,
      };
      launchBlur(emit, du, shape, nothing, y!);
    },
  });
  return dx!;
}

/** The output is `growth` higher and wider than x; the filter takes 3, the padding gives twice itself. */
function shapeOf({ shape }: Tensor, growth: -1 | 1): BlurShape {
  const [batch, inHeight, inWidth, channels] = shape as [number, number, number, number];
  const [outHeight, outWidth] = [inHeight + growth, inWidth + growth];
  return { batch, inHeight, inWidth, outHeight, outWidth, channels, padding: (growth + 3) / 2 };
}

function launchBlur(emit: Lowering, x: Tensor, shape: BlurShape, epilogue: Epilogue, y: Operand): void {
  const plan = planBlur(shape);
  emit.launch({
    kernel: plan.kernel,
    constants: plan.constants,
    workgroups: plan.workgroups,
    bindings: { x, scaleOut: epilogue.scaleOut, noise: epilogue.noise.map, bias: epilogue.bias, y },
    params: { ...shape, ...epilogueParams(epilogue) },
    flops: 32 * shape.batch * shape.outHeight * shape.outWidth * shape.channels,
  });
}
