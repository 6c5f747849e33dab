/**
 * LPIPS (Zhang et al. 2018): its linear weights in a file beside torchvision's trunk, which are joined, or a whole module of
 * richzhang/PerceptualSimilarity.
 */
import type { Candidate, Format } from '../format.js';
import type { ConvertedNetwork, Fact } from '../network.js';
import { type Part, partsOf } from '../parts.js';
import { Weights } from '../weights.js';
import { type FoundTrunk, findTrunk, takeTrunk, tapsOf, trunkFacts } from './perceptual-trunk.js';

const name = 'LPIPS';
const LINEAR = /^lin(\d+)\.model\.1\.weight$/;
const LAYERS = 5;
const LICENCE = 'LPIPS’s linear weights are BSD-2-Clause (PerceptualSimilarity).';
const BOTH = 'fwplus convert vgg16.pth lpips_vgg.pth -o lpips.safetensors';

/** Sums of the published linear weights [measured], by which they are told. */
const PUBLISHED: readonly (readonly [version: string, sums: readonly number[]])[] = [
  ['VGG v0.1', [6.926, 8.858, 17.515, 51.521, 47.035]],
  ['Alex v0.1', [2.35, 16.143, 39.268, 27.197, 20.317]],
  ['VGG v0.0', [3.642, 1.96, 1.123, 20.106, 25.69]],
  ['Alex v0.0', [2.566, 10.257, 22.434, 16.314, 13.935]],
];

export const lpips: Format = {
  name,
  find(checkpoint) {
    const parts = partsOf(checkpoint);
    const trunks = parts.map(findTrunk).filter((found) => found !== undefined);
    return parts
      .filter(({ tensors }) => tensors.has('lin0.model.1.weight'))
      .map(
        (linear): Candidate => ({
          kind: 'lpips',
          // Joined of two files it is none of the two.
          part: findTrunk(linear) ? linear.name : '',
          convert: () => convert(linear, trunks),
        }),
      );
  },
};

async function convert(linear: Part, trunks: readonly FoundTrunk[]): Promise<ConvertedNetwork> {
  const weights = new Weights(linear, name);
  const widths = widthsOf(weights);
  const found = trunkFor(weights, widths, trunks);
  const isWhole = found.part === linear;
  const trunkWeights = isWhole
    ? weights
    : new Weights(found.part, `${found.trunk.name} of ${found.layout.format}`);
  const tensors = takeTrunk(trunkWeights, found);
  const sums: number[] = [];
  for (const [layer, width] of widths.entries()) {
    const key = `lin${layer}.model.1.weight`;
    const tensor = weights.take(key, [1, width, 1, 1]);
    tensors.set(key, tensor);
    sums.push(sumOf(await tensor.read(), key, weights));
  }
  weights.finish();
  if (!isWhole) trunkWeights.finish();
  return {
    kind: 'lpips',
    format: isWhole ? name : `${found.layout.format} and ${name}`,
    options: {},
    facts: [...trunkFacts(found, tensors), versionFact(sums, weights)],
    tensors,
    ignored: [...new Set([...trunkWeights.ignored, ...weights.ignored])],
    licence: `${found.trunk.licence} ${LICENCE}`,
  };
}

/** Channels that each of the five linear layers weighs. */
function widthsOf(weights: Weights): number[] {
  const layers = weights.left.filter((key) => LINEAR.test(key)).length;
  if (layers > LAYERS) {
    throw weights.fail(
      `it has ${layers} linear layers, as LPIPS on SqueezeNet has, wanted ${LAYERS}`,
      'Give the weights for VGG16 or AlexNet.',
    );
  }
  return Array.from({ length: LAYERS }, (_, at) => weights.take(`lin${at}.model.1.weight`).shape[1] ?? 0);
}

/** The trunk whose layers have as many channels. */
function trunkFor(weights: Weights, widths: readonly number[], trunks: readonly FoundTrunk[]): FoundTrunk {
  const own = trunks.find(({ part }) => part === weights.part);
  const fitting = own ?? trunks.find((trunk) => tapsOf(trunk).join() === widths.join());
  if (fitting) return fitting;
  if (trunks.length === 0) {
    throw weights.fail(
      `these are the linear weights alone, for layers of ${widths.join(', ')} channels; the network that they are for is in another file`,
      `Convert both files together, for example: ${BOTH}`,
    );
  }
  const there = trunks.map((trunk) => `${trunk.trunk.name} with ${tapsOf(trunk).join(', ')}`).join('; ');
  throw weights.fail(
    `the linear weights are for layers of ${widths.join(', ')} channels, and there is ${there}`,
    'Linear weights for VGG16 go with VGG16, those for AlexNet with AlexNet.',
  );
}

function sumOf(values: Float32Array, key: string, weights: Weights): number {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  if (least < 0)
    throw weights.fail(`'${key}' has negative weights (the least is ${least}), so it is no distance`);
  return values.reduce((a, b) => a + b, 0);
}

function versionFact(sums: readonly number[], weights: Weights): Fact {
  const near = (wanted: readonly number[]) => wanted.every((sum, at) => Math.abs(sum - sums[at]!) < 2e-3);
  const version = PUBLISHED.find(([, wanted]) => near(wanted))?.[0];
  if (version?.endsWith('v0.0')) {
    throw weights.fail(
      `these are the linear weights of LPIPS v0.0, which is computed otherwise`,
      'Give those of v0.1: lpips/weights/v0.1/ in richzhang/PerceptualSimilarity.',
    );
  }
  return ['Linear', version === undefined ? 'none of the published ones' : `LPIPS-${version}, as published`];
}
