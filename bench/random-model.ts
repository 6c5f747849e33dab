/** FFHQ's StyleGAN2 config-F, VGG16 and the base-code encoder at full width and any side, with random weights. */
import type { Model } from '../src/inversion/model.js';
import { BasecodeEncoder } from '../src/nets/basecode-encoder.js';
import { PerceptualDistance } from '../src/nets/lpips.js';
import { StyleGan2 } from '../src/nets/stylegan2.js';
import {
  encoderWeights,
  generatorWeights,
  perceptualWeights,
  pnormStatistics,
} from '../test/nets/random-weights.js';

const WIDTH = 512;

export function randomModel(side: number): Model {
  const channels: Record<number, number> = {};
  for (let at = 4; at <= side; at *= 2) channels[at] = Math.min(WIDTH, 32768 / at);
  return {
    id: `random config-F ${side}`,
    domain: 'noise',
    generator: new StyleGan2(generatorWeights(channels, WIDTH, { mappingLayers: 8 })),
    perceptual: new PerceptualDistance(perceptualWeights([64, 128, 256, 512, 512])),
    baseSize: 16,
    encoder: new BasecodeEncoder(encoderWeights([128, 256, 512, 512, 512])),
    pnorm: pnormStatistics(WIDTH),
    directions: [],
  };
}
