import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generatorFacts } from '../../../src/io/convert/generator.js';
import type { SourceTensor } from '../../../src/io/convert/network.js';
import { known } from '../../../src/io/convert/tensors.js';

/** The facts of a generator with these channels, by side from 4 up. */
function facts(channels: readonly number[], perRow = false): Record<string, string> {
  const tensors = new Map<string, SourceTensor>();
  const add = (key: string, ...shape: number[]) =>
    tensors.set(key, known(shape, new Float32Array(shape.reduce((a, b) => a * b))));
  for (const [block, count] of channels.entries()) add(`synthesis.b${4 * 2 ** block}.conv1.bias`, count);
  add('synthesis.b4.conv1.affine.weight', 2, 3);
  add('mapping.fc0.weight', 3, 3);
  add('mapping.fc1.weight', perRow ? 6 * channels.length : 3, 3);
  return Object.fromEntries(generatorFacts(tensors));
}

const test = suite('facts of generators');

test('channel tables, by name where they have one', () => {
  assert.equal(facts([512, 512, 512, 512, 512, 256, 128, 64, 32]), {
    Resolution: '1024 × 1024',
    Channels: '4–64: 512, 128: 256, 256: 128, 512: 64, 1024: 32 (config F)',
    Code: '18 rows of 3',
    Mapping: '2 layers',
  });
  assert.is(
    facts([512, 512, 512, 512, 256, 128, 64]).Channels,
    '4–32: 512, 64: 256, 128: 128, 256: 64 (half of config F)',
  );
  assert.is(facts([16, 12, 12]).Channels, '4: 16, 8–16: 12');
  assert.is(facts([512, 512]).Channels, '4–8: 512');
});

test('mappings with a w for each row', () => {
  assert.is(facts([4, 4], true).Mapping, '2 layers, every row with a w of its own');
});

test.run();
