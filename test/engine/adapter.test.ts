/** What an adapter is called, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdapterFacts, describeAdapter } from '../../src/engine/adapter.js';

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

test.run();
