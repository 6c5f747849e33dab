/** jax-js on WebGPU. The data gradient is its own vector-Jacobian product, compiled with `jit`. Arrays are NCHW. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defaultDevice, getWebGPUDevice, init, jit, lax, numpy as np, random, vjp } from '@jax-js/jax';

export async function open() {
  await init('webgpu');
  defaultDevice('webgpu');
  const entry = createRequire(import.meta.url).resolve('@jax-js/jax');
  const { version } = JSON.parse(readFileSync(entry.replace(/dist.*$/, 'package.json'), 'utf8'));
  return { version, prepare };
}

const FIR = [1, 3, 3, 1].map((a) => [1, 3, 3, 1].map((b) => (a * b) / 16));

function prepare({ batch, height, width, into, out, kernelSize, stride, padding, up, pass }) {
  const both = (pair) => [pair, pair];
  const weightShape = up ? [into, out, kernelSize, kernelSize] : [out, into, kernelSize, kernelSize];
  const uniform = (shape, seed) => random.uniform(random.key(seed), shape, { minval: -1, maxval: 1 });
  const w = uniform(weightShape, 1);
  const fir = up ? np.array(Array.from({ length: out }, () => [FIR])) : undefined;
  const forward = up
    ? (x) => {
        const between = lax.convTranspose(x, w.ref, [2, 2], both([0, 0]), { transposeKernel: true });
        return lax.convGeneralDilated(between, fir.ref, [1, 1], both([1, 1]), { featureGroupCount: out });
      }
    : (x) => lax.convGeneralDilated(x, w.ref, [stride, stride], both([padding, padding]));
  const small = [batch, into, height, width];
  const size = (side) => (up ? 2 * side : Math.floor((side + 2 * padding - kernelSize) / stride) + 1);
  const large = [batch, out, size(height), size(width)];
  const x = uniform(pass === 'forward' ? small : large, 2);
  const compiled = jit(pass === 'forward' ? forward : (dy) => vjp(forward, [np.zeros(small)])[1](dy)[0]);
  // It drops work whose result is disposed of before it was begun, so results are kept until all are there.
  const results = [];
  return {
    run() {
      results.push(compiled(x.ref));
    },
    async wait() {
      for (const result of results.splice(0)) await result.gpuBuffer(); // submits it, reads nothing, and disposes of it
      await getWebGPUDevice().queue.onSubmittedWorkDone();
    },
    async values() {
      return compiled(x.ref).data();
    },
    release() {
      for (const array of [x, w, fir]) array?.dispose();
      compiled.dispose();
    },
  };
}
