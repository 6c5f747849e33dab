/** What an operation sees while it is lowered: the adapter, and a list to put launches on. */
import type { AdapterFacts } from '../engine/adapter.js';
import type { Packing } from '../engine/constants.js';
import type { KernelName, Launch, LaunchOf } from '../engine/launch.js';
import { withHalfWeights } from '../engine/plans/convolution/half-weights.js';
import type { Memory } from '../engine/plans/convolution/operands.js';
import type { ConvolutionPlan } from '../engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../engine/plans/convolution/shape.js';
import { partOf, type Storage } from '../engine/storage.js';
import { NO_CHOICES, type PlanChoices } from '../engine/tuning/choices.js';
import { shapeKey } from '../engine/tuning/keys.js';
import type { Contest } from '../engine/tuning/tuner.js';
import { type Shape, sizeOf, Tensor } from './tensor.js';

export type Operand = Tensor | Storage;

/** A convolution that a program runs, and the name of the plan that was chosen for it. */
export interface PlannedConvolution extends Contest {
  readonly plan: string;
}

export interface LoweringOptions {
  /** Which plans run convolutions, where they are known. */
  readonly choices?: PlanChoices;
  /** The most floating-point operations of one launch. */
  readonly mostFlops?: number;
  /** Rather small than fast; see planConvolution. */
  readonly isLean?: boolean;
  /** Convolutions keep their weights in half precision; see withHalfWeights. */
  readonly halfWeights?: boolean;
}

export class Lowering {
  readonly facts: AdapterFacts;
  readonly choices: PlanChoices;
  readonly mostFlops: number;
  readonly isLean: boolean;
  readonly halfWeights: boolean;
  /** By their keys. */
  readonly convolutions = new Map<string, PlannedConvolution>();
  readonly launches: Launch<Storage>[] = [];
  /** Tensors that do not lie in memory of their own. */
  readonly #elsewhere = new Map<Tensor, Storage>();
  #label = '';

  constructor(facts: AdapterFacts, options: LoweringOptions = {}) {
    this.facts = facts;
    this.choices = options.choices ?? NO_CHOICES;
    this.mostFlops = options.mostFlops ?? Infinity;
    this.isLean = options.isLean ?? false;
    this.halfWeights = options.halfWeights ?? false;
  }

  labelled(label: string, body: () => void): void {
    this.#label = label;
    body();
  }

  /** Notes the plan of a convolution, and gives it as it runs here. */
  planned(shape: ConvolutionShape, plan: ConvolutionPlan): ConvolutionPlan {
    this.convolutions.set(shapeKey(shape), { shape, plan: plan.name });
    return this.halfWeights ? withHalfWeights(plan) : plan;
  }

  launch<K extends KernelName>(launch: LaunchOf<K, Operand>): void {
    this.launchAll([{ ...launch, constants: launch.constants ?? {}, flops: launch.flops ?? 0 }]);
  }

  /** Launches that a plan has made. */
  launchAll(launches: readonly Omit<Launch<Operand>, 'label'>[]): void {
    for (const launch of launches) this.#put(launch);
  }

  #put(launch: Omit<Launch<Operand>, 'label'>): void {
    const bindings: Record<string, Storage> = {};
    for (const [name, operand] of Object.entries<Operand>(launch.bindings)) {
      bindings[name] = this.#storageOf(operand);
    }
    this.launches.push({ ...launch, label: this.#label, bindings });
  }

  #storageOf(operand: Operand): Storage {
    return operand instanceof Tensor ? this.storageOf(operand) : operand;
  }

  /** Where a tensor lies in this program. */
  storageOf(tensor: Tensor): Storage {
    return this.#elsewhere.get(tensor) ?? tensor.storage;
  }

  /** From now on `heir` lies where `tensor` does. */
  takeOver(heir: Tensor, tensor: Tensor): void {
    this.#elsewhere.set(heir, this.storageOf(tensor));
  }

  /** From now on `part` lies in `whole`, from element `offset` on. */
  place(part: Tensor, whole: Tensor, offset: number): void {
    const { name: label, size } = part;
    const of = this.storageOf(whole);
    this.#elsewhere.set(part, { kind: 'view', label, bytes: 4 * size, of, offset: 4 * offset });
  }

  /** Whether `place` has been called for it. */
  isInPlace(part: Tensor): boolean {
    return this.#elsewhere.get(part)?.kind === 'view';
  }

  /** Memory that lives only between the launches of this operation. */
  scratch(name: string, shape: Shape): Storage {
    return { kind: 'temporary', label: `${this.#label} ${name}`, bytes: 4 * sizeOf(shape) };
  }

  /** Memory for the launches of a planned convolution. */
  get memory(): Memory<Operand> {
    return {
      scratch: (name, elements) => this.scratch(name, [elements]),
      part: (operand, offset, elements) => partOf(this.#storageOf(operand), offset, elements),
    };
  }

  /** A frozen weight in the layout that a kernel wants. */
  packed(weight: Tensor, packing: Packing, bytes = 4 * weight.size): Storage {
    if (weight.content.kind !== 'constant')
      throw new Error(`'${weight.name}' is not a constant, so it cannot be packed`);
    return { kind: 'constant', label: weight.name, bytes, data: weight.content.data, packing };
  }
}
