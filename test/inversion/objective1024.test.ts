/** The paper's loss at 1024 pixels, of networks as narrow as a software adapter wants them; too heavy to run in both hosts. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { openDevice } from '../../src/engine/device.js';
import type { ChannelTable } from '../nets/random-weights.js';
import { compareObjective } from './objective-recorded.js';

const CHANNELS: ChannelTable = { 4: 16, 8: 16, 16: 16, 32: 16, 64: 16, 128: 8, 256: 8, 512: 4, 1024: 4 };

for (const [name, baseSize, penalty] of [
  ['objective 1024', 16, false],
  ['objective 1024 from 8', 8, true],
] as const) {
  test(`1024 pixels from f of side ${baseSize}`, async () => {
    const device = await openDevice();
    try {
      await compareObjective(device, readFileSync('test/fixtures/objective1024.safetensors'), {
        name,
        channels: CHANNELS,
        space: 'f/w+',
        baseSize,
        side: 256,
        penalty,
        // A leaky ReLU that rounding takes to the other side of zero moves single entries.
        gradient: { relativeL2: 3e-3 },
      });
    } finally {
      device.destroy();
    }
  });
}

test.run();
