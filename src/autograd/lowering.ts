/** What an operation sees while it is lowered: the adapter, and a list to put launches on. */
import type { AdapterFacts } from '../engine/adapter.js';
import type { Packing } from '../engine/constants.js';
import type { KernelName, Launch, LaunchOf } from '../engine/launch.js';
import type { Storage } from '../engine/storage.js';
import { type Shape, sizeOf, Tensor } from './tensor.js';

export type Operand = Tensor | Storage;

export class Lowering {
  readonly facts: AdapterFacts;
  readonly launches: Launch<Storage>[] = [];
  #label = '';

  constructor(facts: AdapterFacts) {
    this.facts = facts;
  }

  labelled(label: string, body: () => void): void {
    this.#label = label;
    body();
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
      bindings[name] = operand instanceof Tensor ? operand.storage : operand;
    }
    this.launches.push({ ...launch, label: this.#label, bindings });
  }

  /** Memory that lives only between the launches of this operation. */
  scratch(name: string, shape: Shape): Storage {
    return { kind: 'temporary', label: `${this.#label} ${name}`, bytes: 4 * sizeOf(shape) };
  }

  /** A frozen weight in the layout that a kernel wants. */
  packed(weight: Tensor, packing: Packing, bytes = 4 * weight.size): Storage {
    if (weight.content.kind !== 'constant')
      throw new Error(`'${weight.name}' is not a constant, so it cannot be packed`);
    return { kind: 'constant', label: weight.name, bytes, data: weight.content.data, packing };
  }
}
