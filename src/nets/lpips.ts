/**
 * LPIPS (Zhang et al. 2018) on VGG16's or AlexNet's layout: unit-normalised features, squared differences weighted by channel
 * (their equation 1). With the official networks and lin weights it is LPIPS-VGG or LPIPS-Alex v0.1, whose numbers do not
 * compare; with the default model's own small network it is a perceptual distance and not called LPIPS.
 */
import { LINEAR } from '../autograd/ops/activation.js';
import { channelAffine } from '../autograd/ops/channel-affine.js';
import { featureDistance } from '../autograd/ops/feature-distance.js';
import { unitNormalise } from '../autograd/ops/normalise.js';
import { weightedSum } from '../autograd/ops/weighted-sum.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import { ALEXNET_KERNEL, alexNetFeatures, alexNetSides, checkAlexNet } from './alexnet.js';
import type { StateDict } from './state.js';
import { checkVgg16, vgg16Features, vgg16Sides } from './vgg16.js';

/** The network whose features are compared. */
interface Trunk {
  readonly check: (state: StateDict) => number[];
  readonly features: (x: Tensor, state: StateDict) => Tensor[];
  readonly sides: (side: number) => number[];
}

const TRUNKS = {
  vgg16: { check: checkVgg16, features: vgg16Features, sides: vgg16Sides },
  alexnet: { check: checkAlexNet, features: alexNetFeatures, sides: alexNetSides },
} satisfies Record<string, Trunk>;

const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

export class PerceptualDistance {
  /** Told by the side of the first kernel. */
  readonly trunk: keyof typeof TRUNKS;
  /** Channels of the five taps. */
  readonly channels: readonly number[];
  readonly #state: StateDict;

  /** `features.N.*` and `lin{0-4}.model.1.weight` [1, C, 1, 1], the latter not negative. */
  constructor(state: StateDict) {
    this.#state = state;
    const first = state.get('features.0.weight');
    this.trunk = first.shape.at(-1) === ALEXNET_KERNEL ? 'alexnet' : 'vgg16';
    this.channels = TRUNKS[this.trunk].check(state);
    this.channels.forEach((channels, tap) => {
      const { data } = state.get(`lin${tap}.model.1.weight`, [1, channels, 1, 1]);
      if (data.some((value) => value < 0)) {
        throw new FwplusError(`${state.name}: lin${tap} has negative weights, so it is no distance.`);
      }
    });
  }

  /** The shapes of what `features` makes of square pictures, [N, H, W, C] for each tap. */
  featureShapes(batch: number, side: number): (readonly number[])[] {
    const sides = TRUNKS[this.trunk].sides(side);
    return this.channels.map((channels, tap) => [batch, sides[tap]!, sides[tap]!, channels]);
  }

  /** Unit-normalised features of pictures [N, H, W, 3] in [-1, 1], one tensor for each of five taps. */
  features(picture: Tensor): Tensor[] {
    return picture.graph.scoped('perceptual', () =>
      this.#taps(picture).map((feature) => unitNormalise(feature)),
    );
  }

  /** The distance of pictures [N, H, W, 3] in [-1, 1] from others, given by their `features`: one value a sample, [N]. Gradient flows to the pictures. */
  distance(picture: Tensor, features: readonly Tensor[]): Tensor {
    const { graph } = picture;
    return graph.scoped('perceptual', () => {
      const distances = this.#taps(picture).map((feature, tap) => {
        const { data } = this.#state.get(`lin${tap}.model.1.weight`);
        return featureDistance(feature, features[tap]!, graph.constant(`lin${tap}`, [data.length], data));
      });
      return weightedSum(distances.map((tensor) => ({ tensor, factor: 1 })));
    });
  }

  /** The network's features as they are. */
  #taps(picture: Tensor): Tensor[] {
    assertShape('perceptual features', picture, [null, null, null, 3]);
    const { graph } = picture;
    const scale = graph.constant(
      'scale',
      [3],
      Float32Array.from(SCALE, (value) => 1 / value),
    );
    const shift = graph.constant(
      'shift',
      [3],
      Float32Array.from(SHIFT, (value, c) => -value / SCALE[c]!),
    );
    return TRUNKS[this.trunk].features(channelAffine(picture, scale, shift, LINEAR), this.#state);
  }
}
