import type { Kept } from '../kept.js';

/** Blocks of each stage of IR-SE-50. */
const STAGES = [3, 4, 14, 3];

/** Takes the backbone of pSp's and e4e's encoders; returns the channels of the maps that the last three stages end with. */
export function takeIrSe50(kept: Kept): [fine: number, middle: number, coarse: number] {
  let channels = kept.channels('input_layer.0.weight', 3, 3, 3);
  kept.batchNorm('input_layer.1', channels);
  kept.take('input_layer.2.weight', [channels]);
  let block = 0;
  const maps = STAGES.map((count) => {
    for (let at = 0; at < count; at++) channels = takeBlock(kept, `body.${block++}`, channels);
    return channels;
  });
  return maps.slice(1) as [number, number, number];
}

/** Returns the channels that the block makes. */
function takeBlock(kept: Kept, key: string, channels: number): number {
  const layer = `${key}.res_layer`;
  kept.batchNorm(`${layer}.0`, channels);
  const hidden = kept.channels(`${layer}.1.weight`, channels, 3, 3);
  kept.take(`${layer}.2.weight`, [hidden]);
  const out = kept.channels(`${layer}.3.weight`, hidden, 3, 3);
  kept.batchNorm(`${layer}.4`, out);
  const squeezed = kept.channels(`${layer}.5.fc1.weight`, out, 1, 1);
  kept.take(`${layer}.5.fc2.weight`, [out, squeezed, 1, 1]);
  if (out !== channels) {
    kept.take(`${key}.shortcut_layer.0.weight`, [out, channels, 1, 1]);
    kept.batchNorm(`${key}.shortcut_layer.1`, out);
  }
  return out;
}
