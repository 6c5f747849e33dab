/** What is known of an adapter's fastest plans: choices shipped for its class, and over them those remembered of itself. */
import type { AdapterFacts } from '../adapter.js';
import { mergeChoices, type PlanChoices } from './choices.js';
import { adapterClass, adapterKey } from './keys.js';
import { readRemembered, type TuningStore } from './remembered.js';
import { SHIPPED } from './shipped.js';

export interface Tuning {
  readonly choices: PlanChoices;
  /** How many shapes are chosen by what is shipped, and by what is remembered. */
  readonly shipped: number;
  readonly remembered: number;
  /** Why something remembered is not used. */
  readonly note?: string;
}

export async function tuningOf(
  facts: AdapterFacts,
  store?: TuningStore,
  shippedChoices = SHIPPED,
): Promise<Tuning> {
  const shipped = shippedChoices[adapterClass(facts)] ?? {};
  const { remembered, note }: Awaited<ReturnType<typeof readRemembered>> = store
    ? await readRemembered(store)
    : { remembered: {} };
  const own = remembered[adapterKey(facts)] ?? {};
  return {
    choices: mergeChoices(shipped, own),
    shipped: Object.keys(shipped).filter((key) => !Object.hasOwn(own, key)).length,
    remembered: Object.keys(own).length,
    ...(note !== undefined && { note }),
  };
}
