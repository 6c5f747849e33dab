import type { Checkpoint } from '../checkpoint/index.js';
import type { Format } from './format.js';
import type { ConvertedNetwork, Fact, SourceTensor } from './network.js';
import type { Part } from './parts.js';
import { Weights } from './weights.js';

export type GeneratorKind = 'stylegan1' | 'stylegan2';

/** A format of one kind of generator: it stands in every part of a file that has the key `mark`. */
export function generatorFormat(
  name: string,
  kind: GeneratorKind,
  mark: string,
  parts: (checkpoint: Checkpoint) => Part[],
  convert: (weights: Weights) => ConvertedNetwork | Promise<ConvertedNetwork>,
): Format {
  return {
    name,
    find: (checkpoint) =>
      parts(checkpoint)
        .filter(({ tensors }) => tensors.has(mark))
        .map((part) => ({ kind, part: part.name, convert: () => convert(new Weights(part, name)) })),
  };
}

/** Channel tables that have names: the most channels at side 1, at most 512. */
const TABLES: readonly (readonly [number, string])[] = [
  [32768, 'config F'],
  [16384, 'half of config F'],
];

/** What a generator is, by its converted weights: for people. */
export function generatorFacts(tensors: ReadonlyMap<string, SourceTensor>): Fact[] {
  const channels = channelsBySide(tensors);
  const resolution = channels.at(-1)?.[0] ?? 0;
  const width = tensors.get('synthesis.b4.conv1.affine.weight')?.shape[1] ?? 0;
  const layers = mappingWeights(tensors).length;
  return [
    ['Resolution', `${resolution} × ${resolution}`],
    ['Channels', channelTable(channels)],
    ['Code', `${2 * channels.length} rows of ${width}`],
    ['Mapping', `${layers} layers${hasOwnRows(tensors) ? ', every row with a w of its own' : ''}`],
  ];
}

/** Whether a mapping makes a w for each row. */
export function hasOwnRows(tensors: ReadonlyMap<string, SourceTensor>): boolean {
  const width = tensors.get('synthesis.b4.conv1.affine.weight')?.shape[1] ?? 0;
  const rows = 2 * channelsBySide(tensors).length;
  const last = tensors.get(`mapping.fc${mappingWeights(tensors).length - 1}.weight`);
  return last?.shape[0] === rows * width;
}

function channelsBySide(tensors: ReadonlyMap<string, SourceTensor>): [side: number, count: number][] {
  const channels: [side: number, count: number][] = [];
  for (let side = 4; ; side *= 2) {
    const bias = tensors.get(`synthesis.b${side}.conv1.bias`);
    if (!bias) return channels;
    channels.push([side, bias.elements]);
  }
}

function mappingWeights(tensors: ReadonlyMap<string, SourceTensor>): SourceTensor[] {
  return [...tensors].filter(([key]) => /^mapping\.fc\d+\.weight$/.test(key)).map(([, tensor]) => tensor);
}

/** `4–32: 512, 64: 256`: sides of equal channels in one. */
function channelTable(channels: readonly (readonly [number, number])[]): string {
  const runs: { from: number; to: number; count: number }[] = [];
  for (const [side, count] of channels) {
    const last = runs.at(-1);
    if (last?.count === count) last.to = side;
    else runs.push({ from: side, to: side, count });
  }
  const text = runs.map(({ from, to, count }) => `${from === to ? from : `${from}–${to}`}: ${count}`);
  const table = TABLES.find(([most]) => channels.every(([side, n]) => n === Math.min(512, most / side)));
  return text.join(', ') + (table && runs.length > 1 ? ` (${table[1]})` : '');
}

/** A generator of which all weights have been taken; throws where some are left. */
export function generatorOf(
  kind: GeneratorKind,
  weights: Weights,
  tensors: ReadonlyMap<string, SourceTensor>,
  { options = {}, facts = [], licence }: Partial<ConvertedNetwork> & Pick<ConvertedNetwork, 'licence'>,
): ConvertedNetwork {
  weights.finish();
  return {
    kind,
    format: weights.format,
    options,
    facts: [...generatorFacts(tensors), ...facts],
    tensors,
    ignored: weights.ignored,
    licence,
  };
}
