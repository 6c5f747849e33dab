/** From a traced graph to something that runs. */
import type { Device } from '../engine/device.js';
import type { MemoryReport } from '../engine/memory.js';
import { type LaunchTime, type Plan, Program } from '../engine/program.js';
import type { Persistent } from '../engine/storage.js';
import type { PlanChoices } from '../engine/tuning/choices.js';
import type { Graph, Operation } from './graph.js';
import { Lowering, type PlannedConvolution } from './lowering.js';
import { sizeOf, type Tensor } from './tensor.js';

/** A compiled graph: write variables, run, read variables and kept tensors. */
export class Executable {
  /** The convolutions it runs, each shape once, by their keys. */
  readonly convolutions: ReadonlyMap<string, PlannedConvolution>;
  readonly #program: Program;

  constructor(program: Program, convolutions: ReadonlyMap<string, PlannedConvolution>) {
    this.#program = program;
    this.convolutions = convolutions;
  }

  get memory(): MemoryReport {
    return this.#program.memory;
  }

  /** Dispatches in one run. */
  get length(): number {
    return this.#program.length;
  }

  /** What each dispatch runs, in order. */
  get plans(): readonly Plan[] {
    return this.#program.plans;
  }

  run(): void {
    this.#program.run();
  }

  profile(): Promise<LaunchTime[]> {
    return this.#program.profile();
  }

  write(variable: Tensor, data: Float32Array | Uint32Array): void {
    if (data.length !== sizeOf(variable.shape)) {
      throw new Error(
        `writing '${variable.name}': ${data.length} values for shape [${variable.shape.join(', ')}]`,
      );
    }
    this.#program.write(persistent(variable), data);
  }

  async read(tensor: Tensor): Promise<Float32Array> {
    return new Float32Array(await this.#program.read(persistent(tensor)));
  }

  destroy(): void {
    this.#program.destroy();
  }
}

/**
 * Builds what the effects of the graph and the tensors in `outputs` need, in traced order; the rest is left out. What
 * `variables` names is there for the host even where no operation uses it.
 * @throws FwplusError where a kernel does not build or the GPU has not the memory; nothing is left behind then.
 */
export async function compile(
  device: Device,
  graph: Graph,
  options: {
    readonly name: string;
    readonly outputs?: readonly Tensor[];
    readonly variables?: readonly Tensor[];
    /** Which plans run convolutions; by default what the device's tuning says. */
    readonly choices?: PlanChoices | undefined;
  },
): Promise<Executable> {
  const outputs = options.outputs ?? [];
  for (const output of outputs) output.keep();
  const emit = new Lowering(device.facts, options.choices ?? device.tuning.choices);
  for (const operation of neededOperations(graph.operations, outputs)) operation.lower(emit);
  const keep = [...outputs, ...(options.variables ?? [])].map(persistent);
  const program = await Program.build(device, options.name, emit.launches, keep);
  return new Executable(program, emit.convolutions);
}

function neededOperations(operations: readonly Operation[], outputs: readonly Tensor[]): Operation[] {
  const needed = new Set<Tensor>(outputs.map(wholeOf));
  const kept: Operation[] = [];
  for (const operation of [...operations].reverse()) {
    if (!operation.effect && !operation.outputs.some((output) => needed.has(wholeOf(output)))) continue;
    for (const input of operation.inputs) needed.add(wholeOf(input));
    kept.push(operation);
  }
  return kept.reverse();
}

/** What a view is part of, or the tensor itself: whoever needs a part needs what makes the whole. */
function wholeOf(tensor: Tensor): Tensor {
  let whole = tensor;
  while (whole.content.kind === 'view') whole = whole.content.of;
  return whole;
}

function persistent(tensor: Tensor): Persistent {
  const { storage } = tensor;
  if (storage.kind !== 'persistent')
    throw new Error(`'${tensor.name}' is not kept: name it among the outputs of compile()`);
  return storage;
}
