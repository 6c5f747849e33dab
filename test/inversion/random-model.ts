/** Models of random weights, and pictures for them, the same in every host. */

import type { Method } from '../../src/inversion/method.js';
import type { Model } from '../../src/inversion/model.js';
import { prepareTarget, type Target } from '../../src/inversion/target.js';
import type { Image } from '../../src/io/image.js';
import { BasecodeEncoder } from '../../src/nets/basecode-encoder.js';
import { PerceptualDistance } from '../../src/nets/lpips.js';
import { StyleGan1 } from '../../src/nets/stylegan1.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import {
  type ChannelTable,
  encoderWeights,
  generatorWeights,
  perceptualWeights,
  pnormStatistics,
  styleGan1Weights,
} from '../nets/random-weights.js';

/** The table of test/fixtures/record_networks.py. */
export const NARROW: ChannelTable = { 4: 16, 8: 16, 16: 12, 32: 10, 64: 8 };
/** As small as inverts at all. */
export const SMALL: ChannelTable = { 4: 16, 8: 16, 16: 12, 32: 10 };

const WIDTH = 32;

/** With nothing missing. */
export interface WholeModel extends Model {
  readonly perceptual: PerceptualDistance;
}

export function randomModel(channels: ChannelTable, baseSize = 8): WholeModel {
  return {
    id: 'random 1',
    domain: 'noise',
    generator: new StyleGan2(generatorWeights(channels, WIDTH)),
    perceptual: new PerceptualDistance(perceptualWeights([8, 8, 16, 16, 16])),
    baseSize,
    encoder: new BasecodeEncoder(encoderWeights([8, 8, 8, 8, channels[baseSize]!])),
    pnorm: pnormStatistics(WIDTH),
    directions: [],
  };
}

/** The same with a StyleGAN1 whose mapping makes a w for each row. */
export function randomStyleGan1Model(channels: ChannelTable, baseSize = 8): WholeModel {
  const weights = styleGan1Weights(channels, WIDTH, { perRow: true });
  return { ...randomModel(channels, baseSize), id: 'random StyleGAN1', generator: new StyleGan1(weights) };
}

/** A disc on a slope of colours, made of whole numbers only. */
export function drawing(side: number, shade = 0): Image {
  const data = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const inside = (3 * x - side) ** 2 + (2 * y - side) ** 2 < (side * side) / 3;
      const slope = Math.floor((160 * (x + y)) / (2 * side));
      const colour = inside ? [230 - shade, 150, 90 + shade] : [slope + 40, 90 + shade, 200 - slope];
      data.set(colour, 3 * (y * side + x));
    }
  }
  return { width: side, height: side, data };
}

export function targetOf(model: Model, method: Method, shade = 0): Target {
  return prepareTarget(drawing(model.generator.resolution, shade), model, method);
}
