/** From a traced graph to something that runs. */
import type { Device } from '../engine/device.js';
import type { MemoryReport } from '../engine/memory.js';
import { type LaunchTime, type Plan, Program } from '../engine/program.js';
import type { Persistent } from '../engine/storage.js';
import { mostFlops } from '../engine/submits.js';
import type { PlanChoices } from '../engine/tuning/choices.js';
import type { Graph, Operation } from './graph.js';
import { Lowering, type PlannedConvolution } from './lowering.js';
import { copy } from './ops/copy.js';
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

  /** Submits in one run; see engine/submits.ts. */
  get submits(): number {
    return this.#program.submits;
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

export interface WeightOptions {
  /**
   * Convolutions keep their weights in half precision, half of their memory, and sum in single; see withHalfWeights for what is lost
   * (nothing, where the model's file is fp16 and the kernel a direct one) and which kernels do not.
   */
  readonly halfWeights?: boolean;
}

export interface PlanOptions extends WeightOptions {
  /** Which plans run convolutions; by default what the device's tuning says. */
  readonly choices?: PlanChoices | undefined;
  /** Rather small than fast. */
  readonly isLean?: boolean;
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
  } & PlanOptions,
): Promise<Executable> {
  const outputs = options.outputs ?? [];
  for (const output of outputs) output.keep();
  const emit = new Lowering(device.facts, {
    choices: options.choices ?? device.tuning.choices,
    mostFlops: mostFlops(device.throughput),
    isLean: options.isLean ?? false,
    halfWeights: options.halfWeights ?? false,
  });
  lower(emit, graph, outputs);
  const keep = [...outputs, ...(options.variables ?? [])].map(persistent);
  const program = await Program.build(device, options.name, emit.launches, keep);
  return new Executable(program, emit.convolutions);
}

/** Emits the launches that the effects of the graph and `outputs` need, in traced order. */
export function lower(emit: Lowering, graph: Graph, outputs: readonly Tensor[] = []): void {
  const needed = neededOperations(graph.operations, outputs);
  const readers = readersIn(needed);
  for (const operation of needed) placeParts(emit, operation, needed, readers);
  for (const operation of needed) {
    const { name, overwrites } = operation;
    const [heir] = operation.outputs;
    if (heir && overwrites) {
      const isLast = readers.get(overwrites)?.at(-1) === operation;
      const isOnce = operation.inputs.filter((input) => wholeOf(input) === overwrites).length === 1;
      const isFree = isLast && isOnce && isTemporary(emit, overwrites) && isTemporary(emit, heir);
      if (isFree) emit.takeOver(heir, overwrites);
      else emit.labelled(name, () => copy(emit, overwrites, heir, heir.size));
    }
    operation.lower(emit);
  }
}

/** Who reads a tensor, or a part of it, in order. */
function readersIn(operations: readonly Operation[]): ReadonlyMap<Tensor, readonly Operation[]> {
  const readers = new Map<Tensor, Operation[]>();
  for (const operation of operations) {
    for (const whole of new Set(operation.inputs.map(wholeOf))) {
      readers.set(whole, [...(readers.get(whole) ?? []), operation]);
    }
  }
  return readers;
}

/** Those inputs that an operation gathers once, and that stand nowhere else, are made in their places. */
function placeParts(
  emit: Lowering,
  operation: Operation,
  needed: readonly Operation[],
  readers: ReadonlyMap<Tensor, readonly Operation[]>,
): void {
  const [whole] = operation.outputs;
  const { gathers = [] } = operation;
  for (const { tensor, offset } of gathers) {
    const isOnce = gathers.filter((other) => other.tensor === tensor).length === 1;
    const isAlone = isOnce && readers.get(tensor)?.length === 1 && !emit.isInPlace(tensor);
    // What is made in the place of another cannot be made here.
    const maker = needed.find(({ outputs }) => outputs.includes(tensor));
    const isFree = maker && !(maker.overwrites && maker.outputs[0] === tensor);
    if (isAlone && isFree && isTemporary(emit, tensor)) emit.place(tensor, whole!, offset);
  }
}

function isTemporary(emit: Lowering, tensor: Tensor): boolean {
  return emit.storageOf(tensor).kind === 'temporary';
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
