import type { Fact, SourceTensor } from './network.js';

/** What a generator is, by its converted weights: for people. */
export function generatorFacts(tensors: ReadonlyMap<string, SourceTensor>): Fact[] {
  const channels: [side: number, count: number][] = [];
  for (let side = 4; ; side *= 2) {
    const bias = tensors.get(`synthesis.b${side}.conv1.bias`);
    if (!bias) break;
    channels.push([side, bias.elements]);
  }
  const resolution = channels.at(-1)?.[0] ?? 0;
  const rows = 2 * channels.length;
  const mapping = [...tensors].filter(([key]) => /^mapping\.fc\d+\.weight$/.test(key));
  const last = mapping.at(-1)?.[1].shape[0] ?? 0;
  const width = tensors.get('synthesis.b4.conv1.affine.weight')?.shape[1] ?? 0;
  return [
    ['Resolution', `${resolution} × ${resolution}`],
    ['Channels', channels.map(([side, count]) => `${side}: ${count}`).join(', ')],
    ['Code', `${rows} rows of ${width}`],
    ['Mapping', `${mapping.length} layers${last > width ? ', a w of its own for every row' : ''}`],
  ];
}
