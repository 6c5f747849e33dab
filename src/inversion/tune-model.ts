/** Tuning for a model: which plans its programs run fastest by. */
import type { PlannedConvolution } from '../autograd/lowering.js';
import type { Device } from '../engine/device.js';
import { withDisposal } from '../engine/disposal.js';
import { adapterKey } from '../engine/tuning/keys.js';
import { remember, type TuningStore } from '../engine/tuning/remembered.js';
import { type Raced, type TuneOptions, tune } from '../engine/tuning/tuner.js';
import { tuningOf } from '../engine/tuning/tuning.js';
import { Inverter } from './inverter.js';
import { usualMethod } from './lacks.js';
import type { Space } from './method.js';
import type { Model } from './model.js';
import { Renderer } from './renderer.js';

const SPACES: readonly Space[] = ['f/w+', 'w+'];

export interface TuneModelOptions extends TuneOptions {
  /** The side of the base code, as of `usualMethod`; the model's own by default. */
  readonly baseSize?: number | undefined;
}

/**
 * Races the plans of what inverts one picture at a time, and of what draws it, in both latent spaces. Every winner is
 * remembered at once; programs that are built on this device afterwards run them. Results change within rounding only.
 * @param store e.g. `tuningStore()`.
 * @throws FwplusError where the store cannot be written, where a program cannot be built, and where the GPU reports an error.
 */
export async function tuneModel(
  device: Device,
  model: Model,
  store: TuningStore,
  options: TuneModelOptions = {},
): Promise<Raced[]> {
  const adapter = adapterKey(device.facts);
  // What cannot be written should be known before the work, not after it.
  await remember(store, adapter, {});
  const found = await tune(device, await convolutionsOf(device, model, options), {
    ...options,
    onRaced: async (raced, done, of) => {
      await remember(store, adapter, { [raced.key]: raced.winner });
      await options.onRaced?.(raced, done, of);
    },
  });
  device.tuning = await tuningOf(device.facts, store);
  return found;
}

/** Those of all programs; many of them are of the same shapes. */
export async function convolutionsOf(
  device: Device,
  model: Model,
  { baseSize, signal }: Pick<TuneModelOptions, 'baseSize' | 'signal'> = {},
): Promise<PlannedConvolution[]> {
  const all: PlannedConvolution[] = [];
  for (const space of SPACES) {
    if (signal?.aborted) break;
    const method = usualMethod(model, space, baseSize);
    await withDisposal(async (held) => {
      all.push(...held.use(await Inverter.build(device, model, method)).convolutions);
      all.push(...held.use(await Renderer.build(device, model, method)).convolutions);
    });
  }
  return all;
}
