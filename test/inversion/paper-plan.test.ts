/** The paper's step at 1024 pixels and full width, planned without a GPU: its memory, and WebGPU's default limits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { paperModel } from '../../bench/paper-model.js';
import { lower } from '../../src/autograd/compile.js';
import { Lowering } from '../../src/autograd/lowering.js';
import { TEXTURE_READS } from '../../src/engine/adapter.js';
import { kernelInfo } from '../../src/engine/launch.js';
import { planProgramMemory } from '../../src/engine/memory.js';
import type { Persistent } from '../../src/engine/storage.js';
import { assumedThroughput, mostFlops, submitStarts } from '../../src/engine/submits.js';
import { defaultMethod } from '../../src/inversion/method.js';
import { traceStep } from '../../src/inversion/step.js';
import { zeros } from '../nets/random-weights.js';

const GIBIBYTE = 2 ** 30;

const ADAPTER = {
  name: '',
  vendor: '',
  architecture: '',
  description: '',
  features: new Set([TEXTURE_READS]),
};

function plan(
  baseSize: number,
  {
    lowMemory = false,
    halfWeights = false,
    software = true,
    subgroupSize = 8,
  }: Partial<Record<string, boolean | number>> = {},
) {
  const model = paperModel({ resolution: 1024, baseSize, fill: zeros });
  const isLean = Boolean(lowMemory);
  const { graph, variables } = traceStep(model, defaultMethod('f/w+', baseSize), {
    batch: 1,
    capacity: 64,
    lowMemory: isLean,
  });
  const facts = { ...ADAPTER, software: Boolean(software), subgroupSize: Number(subgroupSize) };
  const throughput = assumedThroughput(facts);
  const emit = new Lowering(facts, {
    isLean,
    halfWeights: Boolean(halfWeights),
    mostFlops: mostFlops(throughput),
  });
  lower(emit, graph);
  const { launches } = emit;
  const kept = variables.map(({ storage }) => storage as Persistent);
  return { launches, throughput, memory: planProgramMemory(launches, kept) };
}

for (const baseSize of [16, 8]) {
  test(`f of side ${baseSize}: at most 1.6 GiB, with low memory 1 GiB, with halves 0.81`, () => {
    const { total } = plan(baseSize).memory.report;
    assert.ok(total < 1.6 * GIBIBYTE, `${total} bytes`);
    const low = plan(baseSize, { lowMemory: true }).memory.report.total;
    assert.ok(low < GIBIBYTE, `${low} bytes with low memory`);
    const least = plan(baseSize, { lowMemory: true, halfWeights: true }).memory.report.total;
    assert.ok(least < 0.81 * GIBIBYTE, `${least} bytes with halves, too`);
  });
}

test('the plan is the same to the byte every time', () => {
  const [first, second] = [plan(16).memory, plan(16).memory];
  assert.equal(second.report, first.report);
  assert.equal([...second.temporaries.places.values()], [...first.temporaries.places.values()]);
});

for (const subgroupSize of [0, 8, 32]) {
  test(`default limits hold, with subgroups of ${subgroupSize} lanes`, () => {
    const { launches, memory } = plan(16, { subgroupSize });
    for (const { kernel, label, bindings, workgroups } of launches) {
      const of = `${kernel} for ${label}`;
      assert.ok(kernelInfo(kernel).bindings.length <= 8, of);
      for (const { bytes } of Object.values(bindings))
        assert.ok(bytes <= 128 * 2 ** 20, `${of}: ${bytes} bytes`);
      for (const groups of workgroups) assert.ok(groups <= 65535, `${of}: ${workgroups} workgroups`);
    }
    for (const bytes of memory.temporaries.buffers) assert.ok(bytes <= 128 * 2 ** 20);
  });
}

test('on hardware a step is many submits', () => {
  const { launches, throughput } = plan(16, { software: false, subgroupSize: 32 });
  const starts = submitStarts(launches, throughput);
  assert.ok(starts.length > 20, `${starts.length} submits`);
});

test.run();
