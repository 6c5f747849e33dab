/** Writing converted networks: half precision, interruption, what is left behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConvertedNetwork } from '../../../src/io/convert/network.js';
import { known, plus, rotated } from '../../../src/io/convert/tensors.js';
import { writeNetwork } from '../../../src/io/convert/write.js';
import { writeStreamed } from '../../../src/io/node/file-sink.js';
import { encodeTensors, TensorFile } from '../../../src/io/safetensors.js';
import { refuses } from '../fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'fwplus-'));
const path = join(folder, 'out.safetensors');

function network(tensors: Readonly<Record<string, readonly number[]>>): ConvertedNetwork {
  const entries = Object.entries(tensors).map(
    ([key, values]) => [key, known([values.length], Float32Array.from(values))] as const,
  );
  return {
    kind: 'vgg16',
    format: 'a test',
    options: { one: 1 },
    facts: [],
    tensors: new Map(entries),
    ignored: [],
    licence: '',
  };
}

const test = suite('writing converted networks');

test.before.each(() => writeFileSync(path, 'what was there before'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Expects that nothing but the earlier file is there. */
function isUntouched(): void {
  assert.equal(readdirSync(folder), ['out.safetensors']);
  assert.is(readFileSync(path, 'utf8'), 'what was there before');
}

test('the bytes are those of a file that is made whole', async () => {
  const { bytes } = await writeStreamed(path, (sink) =>
    writeNetwork(network({ b: [1, 2], a: [3] }), sink, { name: 'n' }),
  );
  const file = new Uint8Array(readFileSync(path));
  assert.is(bytes, file.length);
  const metadata = { fwplus: '1', network: 'vgg16', options: '{"one":1}', source: 'a test', name: 'n' };
  const whole = encodeTensors(
    {
      a: { dtype: 'F32', shape: [1], data: Float32Array.of(3) },
      b: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
    },
    metadata,
  );
  assert.equal(file, whole);
});

test('float16 where values fit', async () => {
  const large = network({ fits: [65504, -1 / 3], large: [65505, 1] });
  const { keptFloat32 } = await writeStreamed(path, (sink) =>
    writeNetwork(large, sink, { name: 'n', half: true }),
  );
  assert.equal(keptFloat32, ['large']);
  const file = TensorFile.parse(new Uint8Array(readFileSync(path)));
  assert.is(file.info('fits').dtype, 'F16');
  assert.equal([...file.floats('fits')], [65504, -0.333251953125]);
  assert.equal([...file.floats('large')], [65505, 1]);
});

test('a value that is not finite is named, and nothing is written', async () => {
  const broken = network({ good: [1], broken: [0, Number.NaN] });
  await refuses(
    () => writeStreamed(path, (sink) => writeNetwork(broken, sink, { name: 'n' })),
    /broken: 1 of its 2 values/,
  );
  isUntouched();
});

test('interrupted anywhere, nothing half written is left', async () => {
  const some = network({ a: [1], b: [2], c: [3] });
  for (const until of [0.1, 0.5, 0.6, 0.8]) {
    const controller = new AbortController();
    const onProgress = (done: number) => {
      if (done >= until) controller.abort();
    };
    let thrown: unknown;
    try {
      await writeStreamed(path, (sink) =>
        writeNetwork(some, sink, { name: 'n', onProgress, signal: controller.signal }),
      );
    } catch (error) {
      thrown = error;
    }
    assert.is((thrown as Error | undefined)?.name, 'AbortError', String(until));
    isUntouched();
  }
});

test('a full disk is said, and nothing half written is left', async () => {
  const full = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  await refuses(
    () => writeStreamed(join(folder, 'missing', 'x'), async () => {}),
    /there is no such file or folder/,
  );
  let thrown: unknown;
  await writeStreamed(path, full).catch((error) => {
    thrown = error;
  });
  assert.is((thrown as Error).message, 'no space');
  isUntouched();
});

test('kernels are rotated and constants added wherever a piece begins', async () => {
  const values = Float32Array.from({ length: 27 }, (_, at) => at);
  const kernels = rotated({ ...known([3, 1, 3, 3], values) });
  const whole = await kernels.read(0, 27);
  assert.equal([...whole.subarray(0, 9)], [8, 7, 6, 5, 4, 3, 2, 1, 0]);
  for (const [begin, end] of [
    [0, 1],
    [5, 14],
    [10, 10],
    [8, 27],
  ] as const) {
    assert.equal([...(await kernels.read(begin, end))], [...whole.subarray(begin, end)]);
  }
  assert.equal([...(await plus(kernels, 1).read(7, 11))], [2, 1, 18, 17]);
});

test.run();
