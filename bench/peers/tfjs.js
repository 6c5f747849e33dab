/** TensorFlow.js with its WebGPU backend. The data gradient is the kernel that its own gradient calls: conv2dTranspose. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';

/** [1, 3, 3, 1] by itself over 64, times 4: what StyleGAN2 puts behind its transposed convolution. */
const FIR = [1, 3, 3, 1].flatMap((a) => [1, 3, 3, 1].map((b) => (a * b) / 16));

export async function open() {
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.setBackend('webgpu');
  await tf.ready();
  return { version: tf.version.tfjs, prepare };
}

/** It has two kernels for conv2dTranspose. */
function prepare(wanted) {
  const isTransposed = wanted.up === (wanted.pass === 'forward');
  return (isTransposed ? [true, false] : [true]).map((naive) => way(wanted, naive));
}

function way({ batch, height, width, into, out, kernelSize, stride, padding, up, pass }, naive) {
  const size = (side) => (up ? 2 * side : Math.floor((side + 2 * padding - kernelSize) / stride) + 1);
  const small = [batch, height, width, into];
  const large = [batch, size(height), size(width), out];
  const between = [batch, 2 * height + 1, 2 * width + 1, out];
  const x = tf.randomUniform(pass === 'forward' ? small : large, -1, 1);
  const w = tf.randomUniform(
    up ? [kernelSize, kernelSize, out, into] : [kernelSize, kernelSize, into, out],
    -1,
    1,
  );
  const fir = up
    ? tf.tensor4d(
        new Float32Array(16 * out).map((_, at) => FIR[Math.floor(at / out)]),
        [4, 4, out, 1],
      )
    : undefined;
  const ways = {
    forward: () =>
      up
        ? tf.depthwiseConv2d(tf.conv2dTranspose(x, w, between, 2, 'valid'), fir, 1, 1)
        : tf.conv2d(x, w, stride, padding, 'NHWC', 1, 'floor'),
    'data-gradient': () =>
      up
        ? tf.conv2d(tf.depthwiseConv2d(x, fir, 1, 2), w, 2, 'valid')
        : tf.conv2dTranspose(x, w, small, stride, padding, 'floor'),
  };
  const run = () => {
    tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', naive);
    return ways[pass]();
  };
  return {
    run: () => tf.tidy(run).dispose(),
    async wait() {
      const backend = tf.backend();
      backend.endComputePassEncoder();
      if (backend.commandEncoder) backend.submitQueue(); // after every fifteenth dispatch it does so itself
      await backend.device.queue.onSubmittedWorkDone();
    },
    values: async () => {
      const y = tf.tidy(run);
      const data = await y.data();
      y.dispose();
      return data;
    },
    release: () => tf.dispose([x, w, ...(fir ? [fir] : [])]),
  };
}
