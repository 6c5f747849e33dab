/** Views of storages, and that a file is read by ranges, however large it is. */
import * as assert from 'uvu/assert';
import { FwplusError } from '../../../src/errors.js';
import {
  type ByteSource,
  BytesInFile,
  bytesSource,
  type PickledDict,
  readCheckpoint,
  Storage,
  TensorView,
} from '../../../src/io/checkpoint/index.js';
import { crc32 } from '../../../src/io/crc32.js';
import { type Dtype, dtypeBytes } from '../../../src/io/dtype.js';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import {
  bytes,
  call,
  floats,
  int,
  ints,
  join,
  list,
  little,
  named,
  pickle,
  readBytes,
  storage,
  tensor,
  text,
  torchLegacy,
  tuple,
} from './assemble.js';

const GIGA = 2 ** 30;

/** A source of which most is zeros that nobody holds; it counts what is read. */
function sparse(size: number, pieces: readonly (readonly [offset: number, content: Uint8Array])[]) {
  const source = {
    name: 'sparse',
    size,
    bytes: 0,
    async read(offset: number, length: number): Promise<Uint8Array> {
      source.bytes += length;
      const out = new Uint8Array(length);
      for (const [at, content] of pieces) {
        const begin = Math.max(at, offset);
        const end = Math.min(at + content.length, offset + length);
        if (begin < end) out.set(content.subarray(begin - at, end - at), begin - offset);
      }
      return out;
    },
  };
  return source;
}

function view(content: Uint8Array, dtype: Dtype, shape: number[], strides: number[], offset = 0): TensorView {
  const of = new Storage('0', dtype, content.length / dtypeBytes[dtype]);
  of.place(bytesSource('bytes', content));
  return new TensorView(of, { dtype, shape, strides, offset }, (found) => new FwplusError(found));
}

/** What numpy's indexing says, written plainly. */
function plain(values: ArrayLike<number>, shape: number[], strides: number[], offset: number): number[] {
  const [size, ...rest] = shape;
  if (size === undefined) return [values[offset]!];
  return Array.from({ length: size }, (_, i) =>
    plain(values, rest, strides.slice(1), offset + i * strides[0]!),
  ).flat();
}

/** The tensor of a legacy file whose storage '0' holds 1 to 4. */
async function readTensor(object: Uint8Array): Promise<TensorView> {
  const data = join(little(8, 4), floats(1, 2, 3, 4));
  return (await readBytes(torchLegacy({ object, keys: list(text('0')), data }))).value as TensorView;
}

/** A tensor of torch of 2016: made of nothing, then its state set. */
const earlyTensor = join(
  named('torch', 'FloatTensor'),
  ')\x81',
  tuple(storage('0', 4), int(1), ints(3), ints(1)),
  'b',
);
const earlyParameter = (of: Uint8Array) =>
  join(
    call('torch.nn.parameter', 'Parameter', of),
    tuple('\x88', '\x89', call('collections', 'OrderedDict')),
    'b',
  );

export const cases: TestCase[] = [
  {
    name: 'tensors and parameters as torch of 2016 and 2017 wrote them',
    async run() {
      const view = tensor(storage('0', 4), int(1), ints(3), ints(1));
      const variable = join(
        named('torch.nn.parameter', 'Parameter'),
        ')\x81',
        tuple(view, 'N', '\x88', '\x89', 'N'),
        'b',
      );
      for (const early of [earlyTensor, earlyParameter(view), earlyParameter(earlyTensor), variable]) {
        const value = await readTensor(early);
        assert.equal([...(await value.read())], [2, 3, 4]);
      }
      const beyond = tuple(storage('0', 4), int(1), ints(4), ints(1));
      await refuses(
        () => readTensor(join(named('torch', 'FloatTensor'), ')\x81', beyond, 'b')),
        /leaves its storage/,
      );
    },
  },
  {
    name: 'views of any strides agree with plain indexing, whole and in pieces',
    async run() {
      const values = Float32Array.from({ length: 60 }, (_, i) => i / 4);
      const layouts: [number[], number[], number][] = [
        [[60], [1], 0],
        [[3, 4, 5], [20, 5, 1], 0],
        [[5, 4, 3], [1, 5, 20], 0],
        [[3, 4], [20, 5], 2],
        [[4, 3, 2], [0, 20, 1], 7],
        [[], [], 59],
        [[1, 7, 1], [99, 3, 5], 11],
        [[0, 5], [1, 1], 3],
      ];
      for (const [shape, strides, offset] of layouts) {
        const tensor = view(floats(...values), 'F32', shape, strides, offset);
        const wanted = plain(values, shape, strides, offset);
        assert.equal([...(await tensor.read())], wanted, `${shape}`);
        const pieces: number[] = [];
        for await (const piece of tensor.chunks(7)) pieces.push(...(piece as Float32Array));
        assert.equal(pieces, wanted, `${shape} in pieces`);
        for (const [begin, end] of [
          [0, 0],
          [1, 4],
          [wanted.length, wanted.length],
        ]) {
          if (end! <= wanted.length)
            assert.equal(
              [...(await tensor.read(begin, end))],
              wanted.slice(begin, end),
              `${shape} from ${begin}`,
            );
        }
      }
    },
  },
  {
    name: 'every dtype as floats and as numbers',
    async run() {
      const cases: [Dtype, Uint8Array, number[]][] = [
        ['F64', new Uint8Array(Float64Array.of(0.1, -2).buffer), [0.1, -2]],
        ['F32', floats(0.5, -2), [0.5, -2]],
        ['F16', little(2, 0x3c00, 0xc000), [1, -2]],
        ['BF16', little(2, 0x3f80, 0xc000), [1, -2]],
        ['I64', new Uint8Array(BigInt64Array.of(-5n, 2n ** 40n).buffer), [-5, 2 ** 40]],
        ['U64', little(8, 1, 2 ** 41), [1, 2 ** 41]],
        ['I32', little(4, -7, 9), [-7, 9]],
        ['U32', little(4, 2 ** 32 - 1, 0), [2 ** 32 - 1, 0]],
        ['I16', little(2, -7, 9), [-7, 9]],
        ['U16', little(2, 65535, 9), [65535, 9]],
        ['I8', little(1, -7, 9), [-7, 9]],
        ['U8', little(1, 255, 9), [255, 9]],
        ['BOOL', little(1, 1, 0), [1, 0]],
      ];
      for (const [dtype, content, wanted] of cases) {
        // At an odd place in memory, too.
        const moved = join('x', content).subarray(1);
        for (const tensor of [view(content, dtype, [2], [1]), view(moved, dtype, [2], [1])]) {
          const numbers = await tensor.readNumbers();
          assert.instance(numbers, Float64Array);
          assert.equal([...numbers], wanted, dtype);
          const values = await tensor.readFloats();
          assert.instance(values, Float32Array);
          assert.equal([...values], wanted.map(Math.fround), dtype);
          assert.equal([...(await view(content, dtype, [2], [0]).readNumbers())], [wanted[0], wanted[0]]);
        }
      }
    },
  },
  {
    name: 'a pickle with a long byte string leaves it in the file',
    async run() {
      const content = Uint8Array.from({ length: 3e6 }, (_, i) => (i * 7) % 256);
      const file = pickle('}', text('a'), bytes(content), 's', text('b'), int(7), 's');
      const source = sparse(file.length, [[0, file]]);
      const dict = (await readCheckpoint(source)).value as PickledDict;
      const found = dict.get('a') as BytesInFile;
      assert.instance(found, BytesInFile);
      assert.ok(source.bytes < 2e4, `${source.bytes} bytes were read`);
      assert.equal(await found.read(), content);
      assert.is(dict.get('b'), 7);
    },
  },
  {
    name: 'a torch file of 20 MB in a pickle is read where its values are',
    async run() {
      const count = 5e6;
      const file = torchLegacy({
        object: storage('k', count),
        keys: list(text('k')),
        data: little(8, count),
      });
      const begin = join('\x80\x03}', text('w'), 'ctorch._utils\n_rebuild_tensor_v2\n(');
      const before = join(begin, 'ctorch.storage\n_load_from_bytes\n(B', little(4, file.length + 4 * count));
      const after = join('tR', int(0), ints(1000, 5000), ints(5000, 1), '\x89NtRs.');
      const start = before.length;
      const end = start + file.length + 4 * count;
      const source = sparse(end + after.length, [
        [0, before],
        [start, file],
        [end - 8, floats(3, 4)],
        [end, after],
      ]);
      const weight = ((await readCheckpoint(source)).value as PickledDict).get('w') as TensorView;
      assert.equal(weight.shape, [1000, 5000]);
      assert.ok(source.bytes < 5e4, `${source.bytes} bytes were read`);
      assert.equal([...(await weight.read(count - 3, count))], [0, 3, 4]);
      assert.ok(source.bytes < 5e4, `${source.bytes} bytes were read`);
    },
  },
  {
    name: 'a legacy torch file of 12 GB, by ranges',
    async run() {
      const count = 3 * GIGA;
      const weight = tensor(wide(count), int(0), ints(3, GIGA), ints(GIGA, 1));
      const file = torchLegacy({ object: weight, keys: list(text('0')), data: little(8, count) });
      const size = file.length + 4 * count;
      const source = sparse(size, [
        [0, file],
        [size - 4, floats(9)],
      ]);
      const view = (await readCheckpoint(source)).value as TensorView;
      assert.equal([...(await view.read(count - 2))], [0, 9]);
      assert.ok(source.bytes < 5e4, `${source.bytes} bytes were read`);
      await refuses(() => view.read(), /at once, at most 1073741824 are read/);
    },
  },
  {
    name: 'a ZIP archive of 6 GB with numbers of 64 bits, by ranges',
    async run() {
      const source = bigArchive(6 * GIGA);
      const view = (await readCheckpoint(source)).value as TensorView;
      assert.equal(view.shape, [3 * (GIGA / 2)]);
      assert.equal([...(await view.read(view.elements - 2))], [0, 5]);
      assert.ok(source.bytes < 2e5, `${source.bytes} bytes were read`);
    },
  },
  {
    name: 'a source that gives less than it says is an error',
    async run() {
      const file = pickle(text('x'.repeat(100)));
      const source: ByteSource = {
        ...bytesSource('cut', file),
        read: async (at, n) => file.subarray(at, at + n - 1),
      };
      await refuses(() => readCheckpoint(source), /bytes came of the \d+ of the beginning/);
    },
  },
  {
    name: 'deflated arrays are read on and again',
    async run(t) {
      const content = await t.file('test/fixtures/checkpoints/deflated.npz');
      const dict = (await readBytes(content)).value as PickledDict;
      const view = dict.get('act_comp') as TensorView;
      const whole = [...(await view.read())];
      assert.is(whole.length, 32);
      assert.equal([...(await view.read(20, 25)), ...(await view.read(25, 32))], whole.slice(20));
      assert.equal([...(await view.read(3, 9))], whole.slice(3, 9));
      const both = await Promise.all([view.read(), view.read(1, 2)]);
      assert.equal([...both[0], ...both[1]], [...whole, whole[1]]);
    },
  },
  {
    name: 'strings of Python 2, and their arrays',
    async run() {
      const content = floats(1.5, -2);
      const array = join(
        call('numpy.core.multiarray', '_reconstruct', 'cnumpy\nndarray\n', ints(0), 'U\x01b'),
        '(',
        int(1),
        ints(2),
        join(
          call('numpy', 'dtype', 'U\x02f4', int(0), int(1)),
          '(',
          int(3),
          'U\x01<NNN',
          int(-1),
          int(-1),
          int(0),
          'tb',
        ),
        '\x89',
        join('U\x08', content),
        'tb',
      );
      const dict = (await readBytes(pickle('}', 'U\x03key', array, 's'))).value as PickledDict;
      assert.equal([...(await (dict.get('key') as TensorView).read())], [1.5, -2]);
    },
  },
];

/** A storage with a number of values that has more than 32 bits. */
function wide(count: number): Uint8Array {
  return join(
    '(',
    text('storage'),
    'ctorch\nFloatStorage\n',
    text('0'),
    text('cpu'),
    '\x8a\x08',
    little(8, count),
    'tQ',
  );
}

/** A torch file with one storage of `size` bytes, whose end and directory lie beyond 4 GB. */
function bigArchive(size: number) {
  const count = size / 4;
  const shape = join('(\x8a\x08', little(8, count), 't');
  const object = pickle(tensor(wide(count), int(0), shape, ints(1)));
  const local = (name: string, length: number) =>
    join(
      'PK\x03\x04',
      little(2, 45, 0, 0, 0, 0),
      little(4, 0, length, length),
      little(2, name.length, 0),
      name,
    );
  const first = join(local('a/data.pkl', object.length), object);
  const second = local('a/data/0', 0xffffffff);
  const end = first.length + second.length + size;
  const entry = (name: string, numbers: Uint8Array, offset: number, extra: Uint8Array, crc = 0) =>
    join(
      'PK\x01\x02',
      little(2, 45, 45, 0, 0, 0, 0),
      little(4, crc),
      numbers,
      little(2, name.length, extra.length, 0, 0, 0),
      little(4, 0, offset),
      name,
      extra,
    );
  const extra = join(little(2, 0x9999, 2), 'xx', little(2, 1, 24), little(8, size, size, first.length));
  const directory = join(
    entry('a/data.pkl', little(4, object.length, object.length), 0, join(), crc32(object)),
    entry('a/data/0', little(4, 0xffffffff, 0xffffffff), 0xffffffff, extra),
  );
  const end64 = join(
    'PK\x06\x06',
    little(8, 44),
    little(2, 45, 45),
    little(4, 0, 0),
    little(8, 2, 2, directory.length, end),
  );
  const locator = join('PK\x06\x07', little(4, 0), little(8, end + directory.length), little(4, 1));
  const last = join(
    'PK\x05\x06',
    little(2, 0, 0, 0xffff, 0xffff),
    little(4, 0xffffffff, 0xffffffff),
    little(2, 0),
  );
  const tail = join(directory, end64, locator, last);
  return sparse(end + tail.length, [
    [0, join(first, second)],
    [end - 4, floats(5)],
    [end, tail],
  ]);
}
