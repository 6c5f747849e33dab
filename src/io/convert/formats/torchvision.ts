/** VGG16 and AlexNet of torchvision, alone; and a VGG16 that is of no use here. */
import { FwplusError } from '../../../errors.js';
import type { Candidate, Format } from '../format.js';
import { partsOf } from '../parts.js';
import { Weights } from '../weights.js';
import { type FoundTrunk, findTrunk, takeTrunk, trunkFacts } from './perceptual-trunk.js';

export const torchvision: Format = {
  name: 'torchvision',
  find: (checkpoint) =>
    partsOf(checkpoint)
      .map(findTrunk)
      .filter((found) => found !== undefined)
      .map(candidate),
};

function candidate(found: FoundTrunk): Candidate {
  const { part, trunk, layout } = found;
  return {
    kind: trunk.kind,
    part: part.name,
    convert() {
      const weights = new Weights(part, `${trunk.name} of ${layout.format}`);
      const tensors = takeTrunk(weights, found);
      weights.finish();
      return {
        kind: trunk.kind,
        format: layout.format,
        options: {},
        facts: [
          ...trunkFacts(found, tensors),
          ['Missing', 'the linear weights of LPIPS, to invert with it: convert both files together'],
        ],
        tensors,
        ignored: weights.ignored,
        licence: trunk.licence,
      };
    },
  };
}

/** idinvert_pytorch's VGG16 has torchvision's layers and would fit: it is found so that it is refused. */
export const caffeVgg: Format = {
  name: 'idinvert_pytorch',
  find: (checkpoint) =>
    partsOf(checkpoint)
      .filter(({ tensors }) => tensors.has('layer0.weight') && tensors.has('layer28.weight'))
      .map(({ name }) => ({ kind: 'vgg16', part: name, convert: refuseCaffe })),
};

function refuseCaffe(): never {
  throw new FwplusError(
    `Converting VGG16 of idinvert_pytorch ('layer0.weight' to 'layer28.bias'): it sees pictures as BGR from 0 to 255, and the linear weights of LPIPS are not for it.`,
    { hint: 'Give torchvision’s VGG16 (vgg16-397923af.pth, with the keys features.N.weight) instead.' },
  );
}
