/**
 * ONNX Runtime Web with its WebGPU execution provider. It has no gradients; the data gradient of a convolution is its
 * ConvTranspose (a stride of 1 or 2 with the padding that gives the wanted size). Arrays are NCHW.
 */
import * as ort from 'onnxruntime-web/webgpu';
import { onnxModel } from './onnx.js';

export async function open() {
  copySharedWrites();
  ort.env.logLevel = 'error';
  ort.env.wasm.numThreads = 1;
  return { version: ort.env.versions.web, prepare };
}

/** Its memory is a SharedArrayBuffer, which a browser's writeBuffer takes and Node's does not. */
function copySharedWrites() {
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, dataOffset = 0, size = undefined) {
    const shared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    if (!shared) return writeBuffer.call(this, buffer, offset, data, dataOffset, size);
    return writeBuffer.call(this, buffer, offset, data.slice(dataOffset, size && dataOffset + size));
  };
}

/** In either layout: with NHWC it transposes what comes in and goes out, with NCHW other kernels run. */
async function prepare(wanted) {
  return [await way(wanted, 'NCHW'), await way(wanted, 'NHWC')]; // it makes one session at a time
}

async function way({ batch, height, width, into, out, kernelSize, stride, padding, up, pass }, layout) {
  const size = (side) => (up ? 2 * side : Math.floor((side + 2 * padding - kernelSize) / stride) + 1);
  const small = { name: 'small', shape: [batch, into, height, width] };
  const large = { name: 'large', shape: [batch, out, size(height), size(width)] };
  const weight = (name, shape) => ({ name, shape, data: randomValues(shape) });
  const w = weight('w', up ? [into, out, kernelSize, kernelSize] : [out, into, kernelSize, kernelSize]);
  const fir = weight('fir', [out, 1, 4, 4]);
  const pads = (each) => [each, each, each, each];
  const node = (op, inputs, output, attributes) => ({ op, inputs, output, attributes });
  const forward = pass === 'forward';
  const [input, output] = forward ? [small, large] : [large, small];
  // A stride may leave rows over that no output has seen.
  const rest = (side) => side - ((size(side) - 1) * stride + kernelSize - 2 * padding);
  const chains = {
    plain: forward
      ? [node('Conv', ['small', 'w'], 'large', { strides: [stride, stride], pads: pads(padding) })]
      : [
          node('ConvTranspose', ['large', 'w'], 'small', {
            strides: [stride, stride],
            pads: pads(padding),
            output_padding: [rest(height), rest(width)],
          }),
        ],
    up: forward
      ? [
          node('ConvTranspose', ['small', 'w'], 'between', { strides: [2, 2], pads: pads(0) }),
          node('Conv', ['between', 'fir'], 'large', { group: out, pads: pads(1) }),
        ]
      : [
          node('Conv', ['large', 'fir'], 'between', { group: out, pads: pads(2) }),
          node('Conv', ['between', 'w'], 'small', { strides: [2, 2], pads: pads(0) }),
        ],
  };
  const model = onnxModel({
    nodes: up ? chains.up : chains.plain,
    weights: up ? [w, fir] : [w],
    input,
    output,
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', preferredLayout: layout }],
    preferredOutputLocation: 'gpu-buffer',
  });
  const device = await ort.env.webgpu.device;
  const data = randomValues(input.shape);
  const buffer = device.createBuffer({ size: data.byteLength, usage: 0x80 | 0x4 | 0x8 });
  device.queue.writeBuffer(buffer, 0, data);
  const x = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: input.shape });
  return {
    async run() {
      const results = await session.run({ [input.name]: x });
      results[output.name].dispose();
    },
    wait: () => device.queue.onSubmittedWorkDone(),
    async values() {
      const results = await session.run({ [input.name]: x });
      return results[output.name].getData(true);
    },
    async release() {
      await session.release();
      buffer.destroy();
    },
  };
}

function randomValues(shape) {
  const count = shape.reduce((product, side) => product * side, 1);
  const values = new Float32Array(count);
  for (let at = 0; at < count; at++) values[at] = 2 * Math.random() - 1;
  return values;
}
