/** The full channel table at 256 pixels: on a software adapter too heavy to run in both hosts. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { openDevice } from '../../src/engine/device.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import { generatorWeights } from './random-weights.js';
import { compareSynthesis } from './synthesis-recorded.js';

const CONFIG_F = { 4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128 };

test('256 pixels with the full channel table, from f of side 16', async () => {
  const generator = new StyleGan2(generatorWeights(CONFIG_F, 512));
  const device = await openDevice();
  try {
    await compareSynthesis(device, generator, readFileSync('test/fixtures/network256.safetensors'), {
      name: '256',
      from: 16,
      image: { relativeL2: 1e-4, greatest: 1e-4 },
      gradient: { relativeL2: 3e-3 },
    });
  } finally {
    device.destroy();
  }
});

test.run();
