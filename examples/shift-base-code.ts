/**
 * The property that F/W+ rests on (Kang et al. 2021), as a picture: a base code moved by one cell moves the generated face by
 * that cell's pixels. `node dist/examples/shift-base-code.js` writes examples/shift-base-code.png.
 */
import { compile } from '../src/autograd/compile.js';
import { Graph } from '../src/autograd/graph.js';
import { openDevice } from '../src/engine/device.js';
import { loadModelFolder } from '../src/index.node.js';
import { psnrOfError } from '../src/inversion/metrics.js';
import { imageFromFloat } from '../src/io/image.js';
import { writeAtomic } from '../src/io/node/files.js';
import { encodePng } from '../src/io/png.js';
import { sheet } from '../src/io/sheet.js';
import { shifted, squaredErrorWithin } from './shift.js';

const FACES = [1, 2, 3];
/** How far apart from the mean face the faces are. */
const TRUNCATION = 0.7;

const device = await openDevice();
const { generator, baseSize } = await loadModelFolder();
const side = generator.resolution;
const cell = side / baseSize;
const firstRow = generator.firstRow(baseSize);

const below = new Graph();
const z = below.variable('z', [1, generator.zDim]);
const code = generator.code(generator.mapping(z), TRUNCATION);
const base = generator.baseCode(code, baseSize);
const sampler = await compile(device, below, { name: 'sampling', outputs: [code, base], variables: [z] });

const above = new Graph();
const f = above.variable('f', base.shape);
const detail = above.variable('detail', [1, generator.rows - firstRow, generator.wDim]);
const picture = generator.synthesisFrom(f, detail);
const drawer = await compile(device, above, { name: 'picture', outputs: [picture], variables: [f, detail] });

const rows = [];
for (const seed of FACES) {
  sampler.write(z, normal(seed, generator.zDim));
  sampler.run();
  const values = await sampler.read(base);
  drawer.write(detail, (await sampler.read(code)).slice(firstRow * generator.wDim));
  const original = await draw(values);
  const moved = await draw(shifted(values, baseSize, 1, 0));
  const wanted = shifted(original, side, cell, 0);
  const quality = psnrOfError(127.5 ** 2 * squaredErrorWithin(moved, wanted, side, 2 * cell));
  const unmoved = psnrOfError(127.5 ** 2 * squaredErrorWithin(original, wanted, side, 2 * cell));
  console.log(`face ${seed}: ${quality.toFixed(2)} dB; were f not moved, ${unmoved.toFixed(2)} dB`);
  rows.push({
    images: [
      { image: imageFromFloat(original, side, side) },
      {
        image: imageFromFloat(moved, side, side),
        caption: `${quality.toFixed(1)} dB to the picture moved`,
      },
      {
        image: imageFromFloat(wanted, side, side),
        caption: `${unmoved.toFixed(1)} dB to the one generated`,
      },
    ],
  });
}
device.destroy();

const image = sheet(rows, 'Moving the base code moves the face', {
  subtitle: `One of ${baseSize}×${baseSize} cells is ${cell} of ${side} pixels; PSNR is taken two cells from the borders`,
  columns: ['Generated', 'f moved by one cell', `Picture moved by ${cell} px`],
});
await writeAtomic('examples/shift-base-code.png', await encodePng(image));

async function draw(values: Float32Array): Promise<Float32Array> {
  drawer.write(f, values);
  drawer.run();
  return drawer.read(picture);
}

/** Standard normal numbers, the same for the same seed. */
function normal(seed: number, count: number): Float32Array {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  for (let skipped = 0; skipped < 8; skipped++) random();
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()),
  );
}
