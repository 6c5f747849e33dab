import { type Checkpoint, PickledDict, type PickleValue } from '../checkpoint/index.js';
import { partsOf } from './parts.js';

/** Networks and files that are known and of no use: the keys by which they are recognised, and what to say. */
interface Refusal {
  readonly keys: readonly RegExp[];
  readonly found: string;
  readonly hint: string;
}

const GENERATOR = 'Give the file with the generator (G_ema, g_ema, generator_smooth).';

const REFUSALS: readonly Refusal[] = [
  {
    keys: [/^synthesis\.input\./, /^mapping\.embed_proj\./],
    found: 'a StyleGAN-XL generator',
    hint: 'fwplus has StyleGAN1 and StyleGAN2; alias-free networks have no feature map that stands still, which F/W+ needs.',
  },
  {
    keys: [/^synthesis\.input\.(freqs|weight|affine\.weight)$/],
    found: 'an alias-free StyleGAN3 generator',
    hint: 'fwplus has StyleGAN1 and StyleGAN2; of the files of stylegan3, those with "stylegan2" in their names work.',
  },
  {
    keys: [/^(b\d+\.fromrgb\.|b4\.out\.|final_linear\.|\d+x\d+\/FromRGB|FromRGB_lod|input0\.weight$)/],
    found: 'a discriminator',
    hint: GENERATOR,
  },
];

/** What a checkpoint without a network of use holds that is known all the same. */
export function knownButRefused(checkpoint: Checkpoint): { found: string; hint: string } | undefined {
  const parts = partsOf(checkpoint);
  for (const { keys, found, hint } of REFUSALS) {
    const part = parts.find((each) =>
      keys.every((key) => [...each.tensors.keys()].some((name) => key.test(name))),
    );
    if (part)
      return { found: `${found}${part.name ? ` ('${part.name}')` : ''}, which fwplus does not read`, hint };
  }
  const optimiser = optimiserIn(checkpoint.value);
  if (optimiser === undefined) return undefined;
  return {
    found: `the state of an optimiser${optimiser && ` ('${optimiser}')`}, and no network`,
    hint: GENERATOR,
  };
}

/** The key of a dict that is an optimiser's, '' for the file itself. */
function optimiserIn(value: PickleValue): string | undefined {
  if (!(value instanceof PickledDict)) return undefined;
  if (value.has('param_groups')) return '';
  for (const [key, item] of value) {
    if (typeof key === 'string' && item instanceof PickledDict && item.has('param_groups')) return key;
  }
  return undefined;
}
