/** What an adapter is called, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdapterFacts, describeAdapter, matrixOf, offersMatrices } from '../../src/engine/adapter.js';

const CARD: AdapterFacts = {
  name: 'NVIDIA H200',
  vendor: 'nvidia',
  architecture: '',
  description: 'NVIDIA: 580.159.04 580.159.4.0',
  software: false,
  features: new Set(),
  subgroupSize: 32,
};

test('of hardware people read the card and its driver, each once', () => {
  assert.is(describeAdapter(CARD), 'NVIDIA H200 (NVIDIA: 580.159.04 580.159.4.0)');
  for (const description of ['', CARD.name]) assert.is(describeAdapter({ ...CARD, description }), CARD.name);
});

test('of software its driver, and that it is software', () => {
  const software = { ...CARD, name: 'llvmpipe', software: true };
  assert.is(describeAdapter({ ...software, description: 'Mesa 25' }), 'Mesa 25 (software: runs on the CPU)');
  assert.is(describeAdapter({ ...software, description: '' }), 'llvmpipe (software: runs on the CPU)');
});

test('of matrix units the largest that take halves and sum in single precision', () => {
  const config = (M: number, N: number, K: number, componentType = 'f16', resultComponentType = 'f32') => ({
    M,
    N,
    K,
    componentType,
    resultComponentType,
  });
  let language = ['subgroup_id'];
  const matrixWith = (features: readonly string[], ...subgroupMatrixConfigs: unknown[]) => {
    const adapter = { features: new Set(features), info: { description: 'card', subgroupMatrixConfigs } };
    const instance = { wgslLanguageFeatures: new Set(language) };
    return matrixOf({ adapter, instance } as unknown as Parameters<typeof matrixOf>[0]);
  };
  const both = ['chromium-experimental-subgroup-matrix', 'shader-f16'];
  const configs = [
    config(8, 8, 8),
    config(16, 8, 16),
    config(16, 16, 16, 'f16', 'f16'),
    config(8, 8, 8, 'f32'),
  ];
  assert.equal(matrixWith(both, ...configs), { M: 16, N: 8, K: 16 });
  assert.equal(matrixWith(both, config(8, 8, 8), config(12, 16, 16), config(32, 32, 8), config(16, 16, 2)), {
    M: 8,
    N: 8,
    K: 8,
  });
  assert.is(matrixWith(both, config(16, 16, 32, 'i8', 'i32')), undefined);
  assert.is(matrixWith(both.slice(0, 1), ...configs), undefined, 'without halves');
  assert.is(matrixWith([], ...configs), undefined);
  language = [];
  assert.is(matrixWith(both, ...configs), undefined, 'without the numbers of subgroups');
});

test('matrix units are offered where subgroups have one size, at most 64 lanes; people read that they are used', () => {
  const matrix = { M: 16, N: 16, K: 16 };
  assert.is(offersMatrices(CARD), false);
  for (const subgroupSize of [4, 8, 16, 32, 64]) assert.ok(offersMatrices({ ...CARD, matrix, subgroupSize }));
  for (const subgroupSize of [0, 128]) assert.not(offersMatrices({ ...CARD, matrix, subgroupSize }));
  const shown = describeAdapter({ ...CARD, matrix });
  assert.is(shown, 'NVIDIA H200 (NVIDIA: 580.159.04 580.159.4.0, fp16 operands on matrix units)');
  const software = { ...CARD, matrix, software: true, description: 'Mesa 26' };
  assert.is(describeAdapter(software), 'Mesa 26 (software: runs on the CPU, fp16 operands on matrix units)');
});

test.run();
