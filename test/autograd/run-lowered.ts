/** A graph lowered as for a software adapter or for hardware, and run on whatever is there. */
import { lower } from '../../src/autograd/compile.js';
import type { Graph } from '../../src/autograd/graph.js';
import { Lowering } from '../../src/autograd/lowering.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import { Program } from '../../src/engine/program.js';
import type { Persistent } from '../../src/engine/storage.js';
import type { TestContext } from '../harness/case.js';

/** The values of `outputs` after one run over `drawn`, and what ran. */
export async function runLowered(
  t: TestContext,
  graph: Graph,
  drawn: ReadonlyMap<Tensor, Float32Array>,
  outputs: readonly Tensor[],
  software: boolean,
) {
  const device = await t.device();
  for (const output of outputs) output.keep();
  const emit = new Lowering({ ...device.facts, software });
  lower(emit, graph, outputs);
  const program = await Program.build(device, 'as elsewhere', emit.launches);
  try {
    for (const [tensor, values] of drawn) program.write(tensor.storage as Persistent, values);
    program.run();
    const read = async (tensor: Tensor) =>
      new Float32Array(await program.read(emit.storageOf(tensor) as Persistent));
    return { plans: program.plans, outputs: await Promise.all(outputs.map(read)) };
  } finally {
    program.destroy();
  }
}
