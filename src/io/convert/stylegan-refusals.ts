import type { Weights } from './weights.js';

/** Throws where there are weights for class labels. */
export function refuseLabels(weights: Weights, pattern: RegExp): void {
  const label = weights.left.find((key) => pattern.test(key));
  if (label === undefined) return;
  throw weights.fail(
    `the network is conditional (it has the weight '${label}'): its mapping wants class labels`,
    'Use a generator that was trained without labels (c_dim 0); conditional ones are not supported.',
  );
}

/**
 * Throws where the level of detail, a number or a tensor of one under `key`, is not 0: the file was saved while the network
 * was still growing.
 */
export async function refuseGrowing(weights: Weights, key: string): Promise<void> {
  const beside = weights.part.rest.get(key);
  const lod = weights.has(key) ? (await weights.take(key).read(0, 1))[0] : beside;
  if (weights.has(key)) weights.ignored.push(key);
  if (lod === undefined || lod === 0) return;
  throw weights.fail(
    `its level of detail '${key}' is ${String(lod)}, wanted 0: the file was saved while the network was still growing`,
    'Use a snapshot from the end of the training.',
  );
}
