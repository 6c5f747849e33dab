import type { Weights } from './weights.js';

/** A layer of a StyleGAN's synthesis. */
export interface SynthesisLayer {
  /** `synthesis.b8.conv0` */
  readonly ours: string;
  /** Side of its pictures in pixels. */
  readonly side: number;
  /** Number of its side, from 0 for 4. */
  readonly block: number;
  /** Its number among the convolutions, which is also its noise's; StyleGAN1's constant is number 0. */
  readonly index: number;
  readonly kind: 'constant' | 'up' | 'convolution' | 'rgb';
}

/** StyleGAN2's: a toRGB for each side. */
export function stylegan2Layers(blocks: number): SynthesisLayer[] {
  return sides(blocks).flatMap(({ side, block, ours }): SynthesisLayer[] => [
    ...(block === 0
      ? []
      : [{ ours: `${ours}.conv0`, side, block, index: 2 * block - 1, kind: 'up' as const }]),
    { ours: `${ours}.conv1`, side, block, index: 2 * block, kind: 'convolution' },
    { ours: `${ours}.torgb`, side, block, index: 2 * block, kind: 'rgb' },
  ]);
}

/** StyleGAN1's: two for each side, the very first without a convolution. */
export function stylegan1Layers(blocks: number): SynthesisLayer[] {
  return sides(blocks).flatMap(({ side, block, ours }): SynthesisLayer[] => [
    { ours: `${ours}.conv0`, side, block, index: 2 * block, kind: block === 0 ? 'constant' : 'up' },
    { ours: `${ours}.conv1`, side, block, index: 2 * block + 1, kind: 'convolution' },
  ]);
}

function sides(blocks: number): { side: number; block: number; ours: string }[] {
  return Array.from({ length: blocks }, (_, block) => {
    const side = 4 * 2 ** block;
    return { side, block, ours: `synthesis.b${side}` };
  });
}

/** 4096 pixels: larger ones are no StyleGAN's. */
const MOST_BLOCKS = 11;

/** How many sides from 4 up have a key: at least one, so that what is missing is named. */
export function countBlocks(weights: Weights, key: (block: number) => string): number {
  let count = 1;
  while (count < MOST_BLOCKS && weights.has(key(count))) count++;
  return count;
}
