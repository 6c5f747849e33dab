import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { FwplusError } from '../../src/errors.js';
import type { Image } from '../../src/io/image.js';
import { TensorFile } from '../../src/io/safetensors.js';

/** The bytes of a file in test/io/fixtures; tests run from the root of the repository. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`test/io/fixtures/${name}`));
}

/** A U8 tensor [height, width, 3] as a picture. */
export function pictureIn(file: TensorFile, name: string): Image {
  const { shape } = file.info(name);
  return { width: shape[1], height: shape[0], data: file.raw(name) };
}

export function tensorFixture(name: string): TensorFile {
  return TensorFile.parse(fixture(name), name);
}

/** A picture of which `pixel` gives the colour of (x, y). */
export function draw(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly number[],
): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(pixel(x, y), 3 * (y * width + x));
  }
  return { width, height, data };
}

/** Expects two pictures to be the same, and says in one line where they are not. */
export function samePicture(found: Image, wanted: Image, what = ''): void {
  assert.equal([found.width, found.height], [wanted.width, wanted.height], `${what} size`);
  const wrong = [...wanted.data.keys()].filter((i) => found.data[i] !== wanted.data[i]);
  if (wrong.length === 0) return;
  const [i] = wrong;
  assert.unreachable(
    `${what} ${wrong.length} values differ; the first, ${i}, is ${found.data[i]}, wanted ${wanted.data[i]}`,
  );
}

/** Expects a `FwplusError` with a hint, whose message matches every pattern. */
export async function refuses(action: () => unknown, ...patterns: readonly RegExp[]): Promise<void> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, FwplusError, `expected a FwplusError, got ${String(error)}`);
  const { message, hint } = error as FwplusError;
  for (const pattern of patterns) assert.match(message, pattern);
  assert.ok(!hint || hint.endsWith('.'), 'hints are sentences');
}
