import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseCases, isCompared } from '../../bench/cases/choose.js';
import { onnxModel } from '../../bench/peers/onnx.js';

const ANY_ADAPTER = {
  facts: {
    name: 'any',
    vendor: '',
    architecture: '',
    description: '',
    software: false,
    features: new Set<string>(),
    subgroupSize: 8,
  },
  throughput: { flops: Infinity, bytes: Infinity },
  tuning: { choices: new Map<string, string>() },
};

const everything = { kernels: [], shapes: [], quick: false };

test('every kernel and shape stands once, forward and back', () => {
  const cases = chooseCases(everything);
  const names = cases.map(({ kernel, pass, shape }) => `${kernel} ${pass} ${shape}`);
  assert.is(new Set(names).size, names.length);
  for (const name of [
    'conv3x3 data-gradient 512x512@16',
    'upconv3x3 forward 64x32@512',
    'conv1x1 forward 32x3@1024',
    'conv3x3 forward 3x64@256',
    'conv3x3s2 forward 512x512@16',
    'instance-norm data-gradient 64@256',
  ]) {
    assert.ok(names.includes(name), name);
  }
});

test('cases know what they compute and move at least', () => {
  for (const { kernel, shape, bytes, flops } of chooseCases(everything)) {
    assert.ok(bytes > 0, `${kernel} ${shape} moves ${bytes} bytes`);
    assert.is(flops > 0, /conv/.test(kernel), `${kernel} ${shape}: ${flops} operations`);
  }
});

test('every case can be planned within the default limit of a binding', () => {
  for (const { kernel, pass, shape, launches } of chooseCases(everything)) {
    const planned = launches(ANY_ADAPTER);
    assert.ok(planned.length > 0);
    for (const { bindings } of planned) {
      for (const { label, bytes } of Object.values(bindings))
        assert.ok(bytes <= 2 ** 27, `${kernel} ${pass} ${shape}: ${label} has ${bytes} bytes`);
    }
  }
});

test('parts of names choose', () => {
  const cases = chooseCases({ kernels: ['upconv', 'conv1x1'], shapes: ['@16', '@32'], quick: false });
  assert.ok(cases.length > 0);
  for (const { kernel, shape } of cases)
    assert.match(`${kernel} ${shape}`, /^(upconv3x3|conv1x1) .*@(16|32)/);
});

test('--quick is the compared convolutions', () => {
  const quick = chooseCases({ ...everything, quick: true });
  assert.ok(quick.length > 20 && quick.every(isCompared));
});

test('an ONNX model is written as protocol buffers', () => {
  const data = Float32Array.of(1, 2);
  const model = onnxModel({
    nodes: [{ op: 'Conv', inputs: ['x', 'w'], output: 'y', attributes: { group: 1, pads: [1, 300] } }],
    weights: [{ name: 'w', shape: [1, 2], data }],
    input: { name: 'x', shape: [1] },
    output: { name: 'y', shape: [1] },
  });
  const text = Buffer.from(model).toString('latin1');
  assert.equal([...model.subarray(0, 3)], [8, 8, 58]); // IR version 8, then the graph
  for (const part of ['Conv', 'group', 'pads']) assert.ok(text.includes(part));
  assert.ok(text.includes('\x40\x01\x40\xac\x02\xa0\x01\x07')); // ints 1 and 300, type INTS
  assert.ok(text.includes(`\x4a\x08${Buffer.from(data.buffer).toString('latin1')}`)); // eight raw bytes
  assert.equal([...model.subarray(-6)], [66, 4, 10, 0, 16, 17]); // operator set 17 of the standard domain
});

test.run();
