/** The [1,3,3,1] FIR after an up-convolution, with the layer's epilogue; see shaders/blur.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { type Epilogue, epilogueGradient, epilogueParams } from './channel-gradients.js';

/** x [N, H + 1, W + 1, C] to [N, H, W, C]. Gradients flow to x and scaleOut. */
export function blur(x: Tensor, epilogue: Epilogue): Tensor {
  const [batch, height, width, channels] = [x.shape[0]!, x.shape[1]! - 1, x.shape[2]! - 1, x.shape[3]!];
  assertShape('blur scaleOut', epilogue.scaleOut, [batch, channels]);
  assertShape('blur bias', epilogue.bias, [channels]);
  const [out] = x.graph.operation({
    name: 'blur',
    inputs: [x, epilogue.scaleOut],
    shapes: [[batch, height, width, channels]],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'blur.forward',
        bindings: { x, scaleOut: epilogue.scaleOut, noise: epilogue.noise.map, bias: epilogue.bias, y: y! },
        params: { batch, height, width, channels, ...epilogueParams(epilogue) },
        workgroups: linearGrid(batch * height * width * channels),
        flops: 32 * batch * height * width * channels,
      }),
    backward: ([dy], wanted, [y]) => {
      const { du, dscaleOut } = epilogueGradient(dy!, y!, epilogue, wanted[1]!);
      return [blurAdjoint(du, x), dscaleOut];
    },
  });
  return out!;
}

function blurAdjoint(dy: Tensor, x: Tensor): Tensor {
  const [batch, height, width, channels] = dy.shape as [number, number, number, number];
  const [dx] = dy.graph.operation({
    name: 'blur adjoint',
    inputs: [dy],
    shapes: [x.shape],
    lower: (emit, [out]) =>
      emit.launch({
        kernel: 'blur.adjoint',
        bindings: { dy, dx: out! },
        params: { batch, height, width, channels },
        workgroups: linearGrid(x.size),
        flops: 32 * x.size,
      }),
  });
  return dx!;
}
