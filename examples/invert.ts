/** The library in ten lines: `node dist/examples/invert.js face.png`. */
import { readFile, writeFile } from 'node:fs/promises';
import { decodeImage, encodePng, invertImage, loadModelFolder, openDevice } from '../src/index.node.js';

const device = await openDevice();
const model = await loadModelFolder();
const face = await decodeImage(await readFile(process.argv[2] ?? 'examples/faces/turned-20.png'));
const { reconstruction, psnr } = await invertImage(device, model, face, {
  steps: 200,
  onProgress: ({ step, last }) => console.log(step, last.total),
});
console.log(`${psnr.toFixed(2)} dB`);
await writeFile('reconstruction.png', await encodePng(reconstruction));
device.destroy();
