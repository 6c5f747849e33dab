/** ZIP archives, torch files and arrays that are damaged or not what they seem, and files that are no checkpoints. */
import * as assert from 'uvu/assert';
import type { PickledDict, TensorView } from '../../../src/io/checkpoint/index.js';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import {
  archive,
  type FileInArchive,
  floats,
  int,
  ints,
  join,
  list,
  little,
  npy,
  type Part,
  pickle,
  readBytes,
  storage,
  tensor,
  text,
  torchLegacy,
  torchZip,
  tuple,
} from './assemble.js';

type Bad = readonly [name: string, content: Uint8Array, message: RegExp];

const object = pickle('N');
const good: FileInArchive = { name: 'a/data.pkl', bytes: object };
const file = (more: Partial<FileInArchive>): Uint8Array => archive([{ ...good, ...more }]);
const named = (name: string): Uint8Array => archive([good, { name, bytes: new Uint8Array(1) }]);
const whole = torchZip(object, { 0: floats(1, 2) });
const weight = tensor(storage('0', 4), int(0), ints(2, 2), ints(2, 1));
const values = floats(1, 2, 3, 4);

const zips: readonly Bad[] = [
  [
    'a truncated archive',
    whole.subarray(0, whole.length - 30),
    /as a ZIP archive: it is truncated: it has no end record/,
  ],
  ['only the beginning', whole.subarray(0, 40), /it is truncated: it has no end record/],
  ['bytes lost in the midst', join(whole.subarray(0, 50), whole.subarray(60)), /truncated|damaged/],
  ['an absolute path', named('/etc/passwd'), /a file with the path "\/etc\/passwd", which leads out of it/],
  ['a path upwards', named('a/../../b'), /the path "a\/\.\.\/\.\.\/b", which leads out/],
  ['a path upwards of Windows', named('..\\b'), /which leads out/],
  ['a path with a drive', named('C:\\b'), /which leads out/],
  ['a path with a zero', named('a\0b'), /which leads out/],
  ['a name twice', named('a/data.pkl'), /it has the file a\/data\.pkl twice/],
  ['an encrypted file', file({ flags: 1 }), /the file a\/data\.pkl is encrypted/],
  ['another method', file({ method: 12 }), /a\/data\.pkl is packed by method 12/],
  ['a wrong checksum', file({ crc: 1 }), /the checksum of a\/data\.pkl is wrong/],
  ['another size unpacked', file({ size: 99 }), /a\/data\.pkl has 4 bytes and would have 99 unpacked/],
  ['what no deflate can pack', file({ method: 8, size: 1e6 }), /has 4 bytes and would have 1000000 unpacked/],
  ['damaged deflated bytes', file({ method: 8 }), /a\/data\.pkl: its compressed bytes are damaged/],
  [
    'another name in the header',
    file({ localName: 'b/data.pkl' }),
    /the file a\/data\.pkl at byte 0, where another/,
  ],
  [
    'a header elsewhere',
    file({ offset: 3 }),
    /a\/data\.pkl ends at byte 37, inside of the directory|not what the/,
  ],
  ['an offset outside', file({ offset: 1e6 }), /inside of the directory/],
  [
    'files on top of each other',
    archive([good, { name: 'a/data/0', bytes: floats(1), offset: 0 }]),
    /the file a\/data.* inside of the file a\/data/,
  ],
  [
    'more files than there are',
    archive([good], { count: 2 }),
    /its directory is damaged at byte \d+, file 1 of 2/,
  ],
  [
    'fewer files than there are',
    archive([good, { ...good, name: 'b' }], { count: 1 }),
    /bytes more than its files/,
  ],
  ['one of several parts', archive([good], { disk: 1 }), /one of several parts/],
  ['no file', archive([]), /without one data\.pkl \(torch\) or any \.npy files, among 0 files/],
  ['other files', archive([{ ...good, name: 'model.h5' }]), /without one data\.pkl .* among 1 files/],
  ['two pickles', archive([good, { ...good, name: 'b/data.pkl' }]), /without one data\.pkl .* among 2 files/],
  [
    'TorchScript',
    torchZip(object, {}, [{ name: 'a/code/x.py', bytes: object }]),
    /it is a TorchScript program/,
  ],
  [
    'an unknown byte order',
    torchZip(object, {}, [{ name: 'a/byteorder', bytes: join('middle') }]),
    /its byte order is "middle", wanted little or big/,
  ],
  ['no storage', torchZip(pickle(weight)), /BINPERSID asks for storage 0, which the archive does not have/],
  [
    'a storage that is too short',
    torchZip(pickle(weight), { 0: floats(1) }),
    /asks for storage 0 of 16 bytes; the archive has 4/,
  ],
  [
    'a storage with a path for a key',
    torchZip(pickle(storage('../data.pkl', 1))),
    /asks for storage \.\.\/data\.pkl, which the archive does not have/,
  ],
  [
    'a storage of two dtypes',
    torchZip(pickle('(', storage('0', 1), storage('0', 2, 'HalfStorage'), 't'), { 0: floats(1) }),
    /asks for storage 0 as 2 values of F16, before as 1 of F32/,
  ],
  [
    'complex numbers',
    torchZip(pickle(storage('0', 1, 'ComplexFloatStorage'))),
    /a storage of a dtype that is not read/,
  ],
  ['a module in place of a storage', torchZip(pickle(tuple(text('module')), 'Q')), /other than a storage/],
  ['a negative size', torchZip(pickle(storage('0', -1))), /without a key and a number of values/],
];

/** A tensor of a storage of four values. */
const view = (offset: Part, shape: Part, strides: Part) =>
  torchZip(pickle(tensor(storage('0', 4), offset, shape, strides)), { 0: values });

const views: readonly Bad[] = [
  [
    'a stride that leaves the storage',
    view(int(0), ints(2, 2), ints(3, 1)),
    /a tensor F32 \[2,2\] with strides \[3,1\] at 0 leaves its storage 0, which has 4 values/,
  ],
  ['a shape that leaves it', view(int(0), ints(5), ints(1)), /leaves its storage/],
  ['an offset that leaves it', view(int(4), ints(1), ints(1)), /leaves its storage/],
  ['an offset of an empty tensor that leaves it', view(int(5), ints(0), ints(1)), /leaves its storage/],
  ['a negative stride', view(int(3), ints(2), ints(-1)), /no valid shape, strides or offset/],
  ['a negative size', view(int(0), ints(-2), ints(1)), /no valid shape/],
  ['a negative offset', view(int(-1), ints(1), ints(1)), /no valid shape/],
  ['more strides than sizes', view(int(0), ints(1), ints(1, 1)), /no valid shape/],
  ['a size of text', view(int(0), tuple(text('2')), ints(1)), /without a shape, strides and an offset/],
  ['a size that is no integer', view(int(0), tuple('G\x3f\xf8\0\0\0\0\0\0'), ints(1)), /no valid shape/],
  ['65 dimensions', view(int(0), ints(...Array(65).fill(1)), ints(...Array(65).fill(1))), /without a shape/],
  [
    'sizes beyond all numbers',
    view(int(0), ints(...Array(60).fill(2 ** 30)), ints(...Array(60).fill(0))),
    /repeats the 4 values of storage 0 .* times/,
  ],
  ['a value repeated without measure', view(int(0), ints(2 ** 30), ints(0)), /repeats the 4 values/],
];

const list0 = list(text('0'));
const legacy: readonly Bad[] = [
  ['another version', torchLegacy({ object: 'N', version: 1002 }), /its version is not 1001/],
  ['only the magic number', torchLegacy({ object: 'N' }).subarray(0, 15), /truncated/],
  ['no list of storages', torchLegacy({ object: 'N', keys: 'N' }), /no list of storages before byte \d+/],
  ['a storage left out', torchLegacy({ object: weight }), /it has no storage 0, which a tensor views/],
  [
    'a storage of no tensor',
    torchLegacy({ object: 'N', keys: list0 }),
    /lists a storage at byte \d+ that no tensor has/,
  ],
  [
    'a storage twice',
    torchLegacy({ object: weight, keys: list(text('0'), text('0')), data: join(little(8, 4), values) }),
    /it lists the storage 0 twice/,
  ],
  [
    'another number of values',
    torchLegacy({ object: weight, keys: list0, data: join(little(8, 5), values, floats(5)) }),
    /storage 0 has 5 values at byte \d+, wanted 4/,
  ],
  [
    'a truncated storage',
    torchLegacy({ object: weight, keys: list0, data: join(little(8, 4), floats(1, 2, 3)) }),
    /it is truncated: storage 0 goes from byte \d+ to \d+, the file to \d+/,
  ],
  [
    'a truncated size',
    torchLegacy({ object: weight, keys: list0, data: '\x04' }),
    /truncated: the size of storage 0/,
  ],
  [
    'a part that leaves its storage',
    torchLegacy({ object: storage('0', 4, 'FloatStorage', tuple(text('p'), int(2), int(3))) }),
    /asks for a part of storage 0 that leaves it/,
  ],
];

const head = (shape: string, description = '<f4') =>
  `{'descr': '${description}', 'fortran_order': False, 'shape': (${shape}), }\n`;

const arrays: readonly Bad[] = [
  ['version 9', npy(head('2,'), floats(1, 2), 9), /its version is 9; 1 to 3 are read/],
  [
    'too few values',
    npy(head('3,'), floats(1, 2)),
    /truncated: an array F32 \[3\] goes to byte \d+, the file to/,
  ],
  ['a size beyond all numbers', npy(head(Array(60).fill('9999999999').join(',')), floats(1)), /truncated/],
  ['a negative size', npy(head('-1,'), floats(1)), /its header is damaged/],
  ['a header with code', npy(head("__import__('os'),"), floats(1)), /its header is damaged: "\{'descr'/],
  ['a header longer than the file', npy(head('2,')).subarray(0, 30), /truncated: the header/],
  ['nothing but the beginning', join('\x93NUMPY\x01'), /it does not begin as one/],
  ['objects without a pickle', npy(head('1,', '|O')), /truncated/],
  [
    'safetensors cut short',
    join(little(8, 60), '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}      ', floats(1)),
    /as safetensors: it is truncated: tensors to byte 76, file to 72/,
  ],
  [
    'a safetensors header cut short',
    join(little(8, 60), '{"a":'),
    /truncated: header to byte 68, file to 13/,
  ],
];

const others: readonly Bad[] = [
  ['an empty file', join(), /found an empty file \(0 bytes\), wanted a checkpoint/],
  [
    'an HTML page',
    join('<!DOCTYPE html>\n<html><body>Quota exceeded'),
    /found an HTML page, wanted a checkpoint/,
  ],
  [
    'a Git LFS pointer',
    join('version https://git-lfs.github.com/spec/v1\noid sha256:1f\nsize 381673535\n'),
    /found a Git LFS pointer, not the file itself/,
  ],
  ['a git-annex pointer', join('/annex/objects/SHA256E-s42--1f.pkl\n'), /found a git-annex pointer/],
  ['a link of git-annex', join('../.git/annex/objects/a/b/c'), /found a git-annex pointer/],
  ['gzip', join('\x1f\x8b\x08\0'), /found a gzip archive/],
  ['tar', join('a.pt', new Uint8Array(253), 'ustar'), /found a tar archive/],
  ['JSON', join('{\n  "model": "ffhq"\n}'), /found a JSON file/],
  ['a JSON list', join('[1, 2]'), /found a JSON file/],
  ['PNG', join('\x89PNG\r\n\x1a\n'), /found a PNG image/],
  ['JPEG', join('\xff\xd8\xff\xe0'), /found a JPEG image/],
  ['HDF5', join('\x89HDF\r\n\x1a\n'), /found an HDF5 file/],
  ['text', join('Dear reader,\n'), /found a text file/],
  ['anything', join('\0\x01\x02\x03\x04\x05\x06\x07'), /data of an unknown kind \(first bytes 00 01 02/],
];

export const cases: TestCase[] = [
  ...[...zips, ...views, ...legacy, ...arrays, ...others].map(
    ([name, content, message]): TestCase => ({
      name: `refused: ${name}`,
      seconds: 10,
      run: () => refuses(() => readBytes(content), message),
    }),
  ),
  {
    name: 'what the bad files are made of is read where it is not bad',
    async run() {
      const zip = (await readBytes(torchZip(pickle(weight), { 0: values }))).value as TensorView;
      assert.equal([...(await zip.read())], [1, 2, 3, 4]);
      const data = join(little(8, 4), values);
      const old = (await readBytes(torchLegacy({ object: weight, keys: list0, data }))).value as TensorView;
      assert.equal([...(await old.read())], [1, 2, 3, 4]);
      const array = (await readBytes(npy(head('2, 2'), values))).value as TensorView;
      assert.equal(array.shape, [2, 2]);
      const npz = (await readBytes(archive([{ name: 'x.npy', bytes: npy(head(''), floats(7)) }]))).value;
      assert.equal([...(await ((npz as PickledDict).get('x') as TensorView).read())], [7]);
    },
  },
  {
    name: 'big-endian storages, and parts of storages',
    async run() {
      const swapped = join(...[1, 2, 3, 4].map((value) => floats(value).reverse()));
      const order = { name: 'a/byteorder', bytes: join('big') };
      const zip = (await readBytes(torchZip(pickle(weight), { 0: swapped }, [order]))).value as TensorView;
      assert.equal([...(await zip.read())], [1, 2, 3, 4]);
      const part = storage('0', 4, 'FloatStorage', tuple(text('p'), int(1), int(2)));
      const parts = torchLegacy({
        object: tensor(part, int(0), ints(2), ints(1)),
        keys: list0,
        data: join(little(8, 4), values),
      });
      const { value, format } = await readBytes(parts);
      assert.is(format, 'torch legacy');
      assert.equal([...(await (value as TensorView).read())], [2, 3]);
      const big = torchLegacy({
        object: weight,
        keys: list0,
        data: join(little(8, 4).reverse(), swapped),
        system: join('}', text('little_endian'), '\x89s'),
      });
      assert.equal([...(await ((await readBytes(big)).value as TensorView).read())], [1, 2, 3, 4]);
    },
  },
];
