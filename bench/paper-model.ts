/** Models of the published sizes with random weights: StyleGAN2 config-F, VGG16, the base-code encoder, P-norm+ statistics. */
import type { Model } from '../src/inversion/model.js';
import { BasecodeEncoder } from '../src/nets/basecode-encoder.js';
import { PerceptualDistance } from '../src/nets/lpips.js';
import { StyleGan2 } from '../src/nets/stylegan2.js';
import {
  type ChannelTable,
  encoderWeights,
  type Fill,
  generatorWeights,
  perceptualWeights,
  pnormStatistics,
} from '../test/nets/random-weights.js';

export interface ModelSize {
  /** Side of the picture, a power of two. */
  readonly resolution: number;
  /** Side of the base code. */
  readonly baseSize: number;
  /** The widths are the published ones divided by it. */
  readonly narrow?: number;
  /** Makes the weights; random ones by default. */
  readonly fill?: Fill;
}

const WIDTH = 512;

/** Channels of StyleGAN2's config-F: 32768 / side, at most 512. */
export function configF(resolution: number, narrow = 1): ChannelTable {
  const table: Record<number, number> = {};
  for (let side = 4; side <= resolution; side *= 2) table[side] = Math.min(32768 / side, 512) / narrow;
  return table;
}

export function paperModel({ resolution, baseSize, narrow = 1, fill }: ModelSize): Model {
  const channels = configF(resolution, narrow);
  const narrowed = (widths: readonly number[]) => widths.map((width) => width / narrow);
  return {
    id: `random config-F ${resolution}, widths / ${narrow}`,
    domain: 'noise',
    generator: new StyleGan2(generatorWeights(channels, WIDTH, { mappingLayers: 1, ...(fill && { fill }) })),
    perceptual: new PerceptualDistance(perceptualWeights(narrowed([64, 128, 256, 512, 512]), fill)),
    baseSize,
    encoder: new BasecodeEncoder(
      encoderWeights([...narrowed([128, 256, 512, 512]), channels[baseSize]!], fill),
    ),
    pnorm: pnormStatistics(WIDTH),
    directions: [],
  };
}
