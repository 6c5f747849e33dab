/** The phases of a convolution: every output once, from the products that define it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packKernelFirst } from '../../src/engine/plans/convolution/packing.js';
import { type ConvolutionShape, phaseParams, phasesOf } from '../../src/engine/plans/convolution/shape.js';

function shapeOf(
  side: number,
  kernelSize: number,
  stride: number,
  padding: number,
  transposed: boolean,
): ConvolutionShape {
  const outSide = transposed
    ? (side - 1) * stride + kernelSize - 2 * padding
    : Math.floor((side + 2 * padding - kernelSize) / stride) + 1;
  return {
    batch: 1,
    inHeight: side,
    inWidth: side + 1,
    inChannels: 1,
    outHeight: outSide,
    outWidth:
      outSide +
      (transposed ? stride : Math.floor((side + 1 + 2 * padding - kernelSize) / stride) + 1 - outSide),
    outChannels: 1,
    kernelSize,
    stride,
    padding,
    transposed,
  };
}

/** Along the height: for every output the (input, kernel) rows that are multiplied, as shaders/conv.wgsl walks them. */
function walked(shape: ConvolutionShape): string[] {
  const seen: string[] = [];
  for (const phase of phasesOf(shape)) {
    if (phase.x.outStart !== 0) continue; // each row phase once
    const p = phaseParams(shape, phase);
    for (let q = 0; q < p.phaseHeight; q++) {
      const output = p.outStride * q + p.outStartY;
      const products: string[] = [];
      for (let t = 0; t < p.tapsY; t++) {
        const input = p.inStride * q + p.inStartY + p.tapStep * t;
        if (input >= 0 && input < p.inHeight) products.push(`${input}*${p.kStartY + p.kStep * t}`);
      }
      seen.push(`${output}: ${products.sort()}`);
    }
  }
  return seen.sort();
}

/** The same from the definition. */
function defined({
  inHeight,
  outHeight,
  kernelSize,
  stride,
  padding,
  transposed,
}: ConvolutionShape): string[] {
  return Array.from({ length: outHeight }, (_, output) => {
    const products: string[] = [];
    for (let input = 0; input < inHeight; input++) {
      for (let k = 0; k < kernelSize; k++) {
        const meets = transposed
          ? output === stride * input + k - padding
          : input === stride * output + k - padding;
        if (meets) products.push(`${input}*${k}`);
      }
    }
    return `${output}: ${products.sort()}`;
  }).sort();
}

for (const transposed of [false, true]) {
  test(`${transposed ? 'transposed ' : ''}phases make every output once`, () => {
    for (const kernelSize of [1, 2, 3, 4, 5, 11]) {
      for (const stride of [1, 2, 3, 4]) {
        for (const padding of [0, 1, 2]) {
          for (const side of [1, 2, 5, 12]) {
            const shape = shapeOf(side, kernelSize, stride, padding, transposed);
            if (shape.outHeight < 1) continue;
            const what = `kernel ${kernelSize}, stride ${stride}, padding ${padding}, side ${side}`;
            assert.equal(walked(shape), defined(shape), what);
            const outputs = phasesOf(shape).reduce((sum, { y, x }) => sum + y.outputs * x.outputs, 0);
            assert.is(outputs, shape.outHeight * shape.outWidth, what);
          }
        }
      }
    }
  });
}

test('weights go from [O, I, K, K] to [K, K, I, O], or from [I, O, K, K]', () => {
  const [out, into, kernel] = [2, 3, 2];
  const at = (o: number, i: number, k: number) => 100 * o + 10 * i + k;
  const published = new Float32Array(out * into * 4);
  const swapped = new Float32Array(out * into * 4);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      for (let k = 0; k < 4; k++) {
        published[(o * into + i) * 4 + k] = at(o, i, k);
        swapped[(i * out + o) * 4 + k] = at(o, i, k);
      }
    }
  }
  const wanted = [0, 1, 2, 3].flatMap((k) => [0, 1, 2].flatMap((i) => [0, 1].map((o) => at(o, i, k))));
  assert.equal([...packKernelFirst(published, out, into, kernel, false)], wanted);
  assert.equal([...packKernelFirst(swapped, out, into, kernel, true)], wanted);
});

test.run();
