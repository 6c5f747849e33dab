/** The encoder of idinvert_pytorch (Zhu et al. 2020): a bare state dictionary. */
import type { Format } from '../format.js';
import { Kept } from '../kept.js';
import type { ConvertedNetwork } from '../network.js';
import { type Part, partsOf } from '../parts.js';
import { Weights } from '../weights.js';

const name = 'idinvert_pytorch';
/** Side of the map that the last block flattens. */
const LAST_SIDE = 4;

export const idinvertEncoder: Format = {
  name,
  find: (checkpoint) =>
    partsOf(checkpoint)
      .filter(isEncoder)
      .map((part) => ({ kind: 'idinvert-encoder', part: part.name, convert: () => convert(part) })),
};

function isEncoder({ tensors }: Part): boolean {
  return tensors.has('block0.conv.weight') && tensors.has('block1.conv1.weight');
}

function convert(part: Part): ConvertedNetwork {
  const weights = new Weights(part, name);
  const kept = new Kept(weights);
  const last = Math.max(...weights.left.map((key) => Number(/^block(\d{1,2})\./.exec(key)?.[1] ?? 0)));
  let channels = kept.channels('block0.conv.weight', 3, 3, 3);
  kept.batchNorm('block0.bn.bn', channels);
  for (let block = 1; block < last; block++) channels = takeBlock(kept, `block${block}`, channels);
  const outputs = kept.channels(`block${last}.fc.weight`, channels * LAST_SIDE ** 2);
  kept.batchNorm(`block${last}.bn.bn`, outputs);
  const rows = 2 * last;
  if (outputs % rows !== 0)
    throw weights.fail(`'block${last}.fc.weight' makes ${outputs} numbers, wanted ${rows} rows`);
  const ignored = kept.finish();
  const side = LAST_SIDE * 2 ** (last - 1);
  return {
    kind: 'idinvert-encoder',
    format: name,
    options: {},
    facts: [
      ['Picture', `${side} × ${side}`],
      ['Code', `${rows} rows of ${outputs / rows}`],
    ],
    tensors: kept.tensors,
    ignored,
    licence: 'idinvert_pytorch is MIT; its weights were trained with StyleGAN’s (CC BY-NC 4.0).',
  };
}

/** Two convolutions, and a shortcut where the channels change. Returns the channels that it makes. */
function takeBlock(kept: Kept, key: string, channels: number): number {
  const hidden = kept.channels(`${key}.conv1.weight`, channels, 3, 3);
  const out = kept.channels(`${key}.conv2.weight`, hidden, 3, 3);
  for (const [at, count] of [
    [1, hidden],
    [2, out],
  ] as const) {
    kept.take(`${key}.wscale${at}.bias`, [count]);
    kept.batchNorm(`${key}.bn${at}.bn`, count);
  }
  if (out !== channels) {
    kept.take(`${key}.conv.weight`, [out, channels, 1, 1]);
    kept.batchNorm(`${key}.bn.bn`, out);
  }
  return out;
}
