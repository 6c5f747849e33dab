/** Small files that ask for very much: refused within bounded time and memory. */
import * as assert from 'uvu/assert';
import { moduleTensors, type PickledObject, type TensorView } from '../../../src/io/checkpoint/index.js';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import {
  bytes,
  call,
  int,
  ints,
  join,
  joined,
  list,
  little,
  named,
  type Part,
  pickle,
  readBytes,
  storage,
  tensor,
  text,
  torchLegacy,
  torchZip,
} from './assemble.js';

const put = (index: number) => join('r', little(4, index));
const get = (index: number) => join('j', little(4, index));

/** `levels` lists, each of which holds the one before it `times` times. */
function doubled(levels: number, times: number): Uint8Array {
  const parts: Part[] = [']', put(0), '0'];
  for (let i = 1; i <= levels; i++) parts.push('](', ...Array(times).fill(get(i - 1)), 'e', put(i), '0');
  return pickle(...parts, get(levels));
}

/** Modules, each of which has the one before it as its children a and b. */
function modules(levels: number): Uint8Array {
  const parts: Part[] = ['N', put(0), '0'];
  for (let i = 1; i <= levels; i++) {
    const children = join('}(', text('a'), get(i - 1), text('b'), get(i - 1), 'u');
    parts.push(named('models', 'Net'), ')\x81}', text('_modules'), children, 'sb', put(i), '0');
  }
  return pickle(...parts, get(levels));
}

/** A torch file in a torch file, and so on. */
function nested(levels: number): Uint8Array {
  let content = torchLegacy({ object: 'N' });
  for (let i = 0; i < levels; i++) {
    content = torchLegacy({ object: call('torch.storage', '_load_from_bytes', bytes(content)) });
  }
  return content;
}

/** The same file, asked for many times. */
function manyFiles(times: number): Uint8Array {
  const file = join(bytes(torchLegacy({ object: 'N' })), put(0), '0');
  const load = join(named('torch.storage', '_load_from_bytes'), put(1), '0');
  const once = join(get(1), '(', get(0), 'tR0');
  return pickle(file, load, ...Array(times).fill(once), 'N');
}

/** One operation on one value, many times. */
function repeated(before: Part, value: Part, operations: Part, times: number): Uint8Array {
  return pickle(value, put(0), '0', before, put(1), '0', ...Array(times).fill(operations), 'N');
}

/** Every pair of so many modules and so many classes. */
function manyNames(count: number): Uint8Array {
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) {
    parts.push(
      text(`models.${'m'.repeat(200)}${i}`),
      put(i),
      '0',
      text(`N${'n'.repeat(200)}${i}`),
      put(count + i),
      '0',
    );
  }
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < count; k++) parts.push(get(i), get(count + k), '\x930');
  }
  return pickle(joined(parts), 'N');
}

const long = list('N'.repeat(1e5));
const bombs: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
  ['lists nested deep', () => pickle(']'.repeat(1e5), 'a'.repeat(1e5 - 1)), /nested more than 500 levels/],
  [
    'tuples nested deep',
    () => pickle(')', '\x85'.repeat(1e5)),
    /its values are nested more than 500 levels deep/,
  ],
  ['a list that holds itself', () => pickle(']', put(0), get(0), 'a'), /hold each other in a circle/],
  ['a dict that holds itself', () => pickle('}', put(0), 'N', get(0), 's'), /hold each other in a circle/],
  [
    'an object that is its own state',
    () => pickle(named('models', 'Net'), ')\x81', put(0), get(0), 'b'),
    /hold each other in a circle/,
  ],
  ['lists that double 100 times', () => doubled(100, 2), /shared so often that written out/],
  ['lists of ten, ten times', () => doubled(10, 10), /shared so often/],
  ['modules that double 100 times', () => modules(100), /shared so often/],
  [
    'a stack without end',
    () => pickle('N'.repeat(2 ** 20 + 1)),
    /makes the stack larger than 1048576 values/,
  ],
  ['marks without end', () => pickle('('.repeat(2 ** 20 + 1)), /makes the stack larger/],
  [
    'lists without end',
    () => pickle(']0'.repeat(2 ** 19 + 1)),
    /more than 524288 lists, dicts and other objects/,
  ],
  [
    'a memo without end',
    () => pickle('N', joined(Array.from({ length: 2 ** 21 + 1 }, (_, i) => put(i)))),
    /or the memo than 2097152/,
  ],
  [
    'a dict copied again and again',
    () => {
      const pairs = list('NN\x86'.repeat(1e4));
      return repeated(named('collections', 'OrderedDict'), pairs, join(get(1), '(', get(0), 'tR0'), 1000);
    },
    /more than 8388608 members of lists and dicts/,
  ],
  [
    'a list copied again and again',
    () => repeated(named('builtins', 'list'), long, join(get(1), '(', get(0), 'tR0'), 1000),
    /more than 8388608 members/,
  ],
  [
    'text encoded again and again',
    () =>
      repeated(
        named('_codecs', 'encode'),
        text('x'.repeat(1e6)),
        join(get(1), '(', get(0), text('latin1'), 'tR0'),
        1000,
      ),
    /more than 268435456 bytes of text/,
  ],
  [
    'arguments copied again and again',
    () => repeated(named('models', 'Net'), long, join(get(1), get(0), 'R0'), 1000),
    /more than 8388608 members/,
  ],
  ['files in files', () => nested(5), /it is a file in a file in a file; 3 levels are read/],
  ['one file many times', () => manyFiles(2 ** 14 + 1), /more than 16384 files in the file/],
  ['names without end', () => manyNames(900), /more than 268435456 bytes of text/],
];

export const cases: TestCase[] = [
  ...bombs.map(
    ([name, make, message]): TestCase => ({
      name: `refused: ${name}`,
      // A second or two; what has no bound is ended.
      seconds: 60,
      run: () => refuses(() => readBytes(make()), message),
    }),
  ),
  {
    name: 'refused: ten million operations that come to nothing',
    seconds: 40,
    run: () => refuses(() => readBytes(pickle('N0'.repeat(5e6 + 1), 'N')), /more than 10000000 operations/),
  },
  {
    name: 'what is shared a little is read, and stays shared',
    async run() {
      const found = (await readBytes(doubled(20, 2))).value;
      let depth = 0;
      for (let at = found; Array.isArray(at) && at.length > 0; at = at[0]!) depth++;
      assert.is(depth, 20);
      assert.equal(
        ((await readBytes(pickle(']'.repeat(400), 'a'.repeat(399)))).value as unknown[]).length,
        1,
      );
    },
  },
  {
    name: 'a module with its tensors on too many paths is refused when they are collected',
    async run() {
      const weight = tensor(storage('0', 1), int(0), ints(1), ints(1));
      const parts: Part[] = [
        named('models', 'Net'),
        ')\x81}',
        text('_parameters'),
        '}',
        text('w'),
        weight,
        'ssb',
      ];
      parts.push(put(1000), '0');
      for (let i = 0; i < 18; i++) {
        const child = get(1000 + i);
        const children = join('}(', text('a'), child, text('b'), child, 'u');
        parts.push(named('models', 'Net'), ')\x81}', text('_modules'), children, 'sb', put(1001 + i), '0');
      }
      const content = torchZip(pickle(...parts, get(1018)), { 0: new Uint8Array(4) });
      const module = (await readBytes(content)).value as PickledObject;
      await refuses(() => moduleTensors(module), /the module Net: it has more than 65536 tensors/);
    },
  },
  {
    name: 'tensors that repeat a value are read by the piece',
    async run() {
      const weight = tensor(storage('0', 1), int(0), ints(1, 2 ** 24), ints(0, 0));
      const content = torchZip(pickle(weight), { 0: Uint8Array.of(0, 0, 128, 63) });
      const view = (await readBytes(content)).value as TensorView;
      assert.equal([...(await view.read(2 ** 24 - 3))], [1, 1, 1]);
    },
  },
];
