import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convolutionCase } from '../../../src/autograd/measure/convolution-case.js';
import { mostFlops } from '../../../src/engine/submits.js';

const on = {
  facts: {
    name: 'none',
    vendor: '',
    architecture: '',
    description: '',
    software: false,
    features: new Set<string>(),
    subgroupSize: 0,
  },
  throughput: { flops: Infinity, bytes: Infinity },
  tuning: { choices: new Map<string, string>() },
};

test('names and shapes are read', () => {
  const { convolution, flops, bytes } = convolutionCase('conv3x3s2', '3x64@19x23', 'forward');
  const { into, out, height, width, kernelSize, stride, padding, up } = convolution;
  assert.equal([into, out, height, width], [3, 64, 19, 23]);
  assert.equal([kernelSize, stride, padding, up], [3, 2, 1, false]);
  assert.is(flops, 2 * 9 * 3 * 64 * 10 * 12);
  assert.is(bytes, 4 * (3 * 19 * 23 + 9 * 3 * 64 + 64 * 10 * 12));
});

test('what enlarges multiplies every input with every tap', () => {
  assert.is(convolutionCase('upconv3x3', '8x4@16', 'forward').flops, 2 * 9 * 8 * 4 * 256);
  const { convolution, flops } = convolutionCase('convt4x4s2', '8x4@16', 'forward');
  assert.equal([convolution.padding, convolution.transposed], [1, true]);
  assert.is(flops, 2 * 16 * 8 * 4 * 256);
});

test('a convolution costs the same both ways', () => {
  const [forward, back] = (['forward', 'data-gradient'] as const).map((pass) =>
    convolutionCase('conv1x1', '8x4@16', pass),
  );
  assert.equal([forward!.flops, forward!.bytes], [back!.flops, back!.bytes]);
});

for (const name of [
  'conv',
  'conv3x5',
  'conv2x2',
  'conv17x17',
  'upconv4x4',
  'convt3x3s2',
  'pool',
  'conv3x3s0',
]) {
  test(`${name} is no kernel`, () => {
    assert.throws(() => convolutionCase(name, '8x8@8', 'forward'), /no kernel/);
  });
}

for (const shape of ['8x8', '8@8', '8x8@', '0x8@8', '8x8@8x', '8x8@8x8x8', 'axb@c', '8x8@99999']) {
  test(`'${shape}' is no shape`, () => {
    assert.throws(() => convolutionCase('conv3x3', shape, 'forward'), /not a shape/);
  });
}

test('forward has the launches of the product, back those of the data gradient alone', () => {
  const labels = (kernel: string, pass: 'forward' | 'data-gradient') =>
    convolutionCase(kernel, '8x8@8', pass)
      .launches(on)
      .map(({ label, kernel: name }) => `${label}: ${name}`);
  assert.equal([...new Set(labels('conv1x1', 'forward').map((each) => each.split(':')[0]))], ['convolution']);
  assert.ok(labels('conv3x3', 'data-gradient').every((each) => each.startsWith('data gradient:')));
  const up = labels('upconv3x3', 'forward');
  assert.ok(up.every((each) => each.startsWith('up-convolution:')));
  assert.match(up.at(-1)!, 'blur');
  assert.match(labels('upconv3x3', 'data-gradient')[0]!, 'up-convolution data gradient: blur');
});

test('launches are cut as in a program', () => {
  const throughput = { flops: 5e9, bytes: 1e9 };
  for (const [kernel, pass] of [
    ['conv3x3', 'forward'],
    ['conv3x3', 'data-gradient'],
    ['upconv3x3', 'forward'],
  ] as const) {
    const { launches, flops } = convolutionCase(kernel, '256x256@64', pass);
    const heaviest = (each: typeof on) => Math.max(...launches(each).map((launch) => launch.flops));
    assert.ok(heaviest(on) > mostFlops(throughput), `${kernel} of ${flops}: ${heaviest(on)}`);
    assert.ok(heaviest({ ...on, throughput }) <= mostFlops(throughput), kernel);
  }
});

test.run();
