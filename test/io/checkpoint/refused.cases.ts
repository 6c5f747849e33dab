/** Pickles that ask to run something, or are damaged: each is refused, and the message says where and why. */
import * as assert from 'uvu/assert';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import {
  archive,
  bytes,
  call,
  int,
  join,
  list,
  little,
  named,
  npy,
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

const attack = call('os', 'system', text('touch owned'));

/** What a file would run if Python read it. */
const attacks: readonly Bad[] = [
  [
    'os.system, protocol 0',
    join("cos\nsystem\n(S'touch owned'\ntR."),
    /^Reading file: at byte 0, GLOBAL asks for os\.system; fwplus never imports or runs what a file names\.$/,
  ],
  [
    'posix.system, protocol 4',
    join('\x80\x04\x8c\x05posix\x8c\x06system\x93', text('id'), '\x85R.'),
    /byte 17, STACK_GLOBAL asks for posix\.system/,
  ],
  ['eval', pickle(call('builtins', 'eval', text('1'))), /byte 2, GLOBAL asks for builtins\.eval/],
  ['exec of Python 2', pickle(call('__builtin__', 'exec', text('1'))), /asks for __builtin__\.exec/],
  ['__import__', pickle(call('builtins', '__import__', text('os'))), /asks for builtins\.__import__/],
  ['getattr', pickle(call('builtins', 'getattr', int(1), text('a'))), /asks for builtins\.getattr/],
  ['functools.partial', pickle(call('functools', 'partial', int(1))), /asks for functools\.partial/],
  ['subprocess.Popen', pickle(named('subprocess', 'Popen'), ')\x81'), /asks for subprocess\.Popen/],
  ['a name that is never called', pickle(named('os', 'system')), /asks for os\.system/],
  ['INST', pickle('(', text('id'), 'ios\nsystem\n'), /INST asks for os\.system/],
  ['OBJ', pickle('(', named('os', 'system'), text('id'), 'o'), /asks for os\.system/],
  [
    'a function of torch',
    pickle(call('torch.hub', 'load', text('x'))),
    /REDUCE asks to run torch\.hub\.load/,
  ],
  [
    'a function of numpy',
    pickle(call('numpy.testing._private.utils', 'runstring', text('x'), '}')),
    /asks to run numpy\.testing\._private\.utils\.runstring/,
  ],
  [
    'a function as an attribute of a class',
    pickle(call('torch', 'Tensor.backward', int(1))),
    /asks to run torch\.Tensor\.backward/,
  ],
  [
    'a function by copyreg',
    pickle(call('copyreg', '__newobj__', named('os', 'system'))),
    /asks for os\.system/,
  ],
  [
    'a call of a function by copyreg',
    pickle(call('copyreg', '__newobj__', named('torch', 'load'), text('x'))),
    /asks to run torch\.load/,
  ],
  [
    'a torch file in a pickle',
    pickle(call('torch.storage', '_load_from_bytes', bytes(torchLegacy({ object: attack })))),
    /Reading file, the torch file at byte \d+: at byte \d+, GLOBAL asks for os\.system/,
  ],
  [
    'a torch file',
    torchZip(pickle(attack)),
    /Reading file, a\/data\.pkl: at byte 2, GLOBAL asks for os\.system/,
  ],
  ['a legacy torch file', torchLegacy({ object: attack }), /asks for os\.system/],
  [
    'the system information of a legacy torch file',
    torchLegacy({ object: 'N', system: attack }),
    /os\.system/,
  ],
  [
    'an array of objects',
    npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", pickle(attack)),
    /asks for os\.system/,
  ],
  [
    'an array of objects in an archive',
    archive([
      { name: 'x.npy', bytes: npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", pickle(attack)) },
    ]),
    /Reading file, x\.npy: at byte \d+, GLOBAL asks for os\.system/,
  ],
  [
    'the meta data of a persistent object',
    pickle(
      call('torch_utils.persistence', '_reconstruct_persistent_obj', join('}', text('state'), attack, 's')),
    ),
    /asks for os\.system/,
  ],
  ['the state of an object', pickle(named('models', 'Net'), ')\x81', attack, 'b'), /asks for os\.system/],
  ['a class of the registry', pickle('\x82\x01'), /EXT1 asks for a class by a number of a registry/],
  ['a name without end', pickle(`c${'a'.repeat(600)}\nb\n`), /a name that is too long/],
];

const damaged: readonly Bad[] = [
  ['no operation', pickle('\xff'), /the byte ff at 2 is no operation of a pickle/],
  ['nothing on the stack', pickle(''), /at byte 2, STOP finds 0 values on the stack, wanted one/],
  ['two values on the stack', pickle('NN'), /finds 2 values/],
  ['a mark on the stack', pickle('N('), /STOP finds 1 values/],
  ['an operation without values', pickle('\x85'), /TUPLE1 finds no value on the stack/],
  ['values of before the mark', pickle('N(\x85'), /TUPLE1 finds no value/],
  ['no mark', pickle('Nt'), /TUPLE finds no mark/],
  ['a memo that was never written', pickle('h\x05'), /BINGET asks for memo 5, which was never written/],
  ['an append to a number', pickle(int(1), 'Na'), /APPEND finds no list/],
  ['an item of a list', pickle(']NNs'), /SETITEM finds no dict/],
  ['a key without a value', pickle('}(Nu'), /SETITEMS finds a key without a value/],
  ['a dict as a key', pickle('}}Ns'), /a dict as a key/],
  ['a call of a number', pickle(int(1), ')R'), /REDUCE finds no class with a tuple of arguments/],
  ['arguments that are no tuple', pickle(named('collections', 'OrderedDict'), 'NR'), /no class with a tuple/],
  ['a class named by numbers', pickle('\x80\x04', int(1), int(2), '\x93'), /STACK_GLOBAL names no class/],
  ['protocol 6', pickle('\x80\x06'), /PROTO has protocol 6; 0 to 5 are read/],
  ['an integer that is none', join('(I12x\nt.'), /INT has "12x", which is no integer/],
  ['a float that is none', join('(F1,5\nt.'), /FLOAT has "1,5", which is no float/],
  ['a string without quotes', join('(Sabc\nt.'), /STRING has "abc", which is no string in quotes/],
  ['a string with half an escape', join("(S'\\x4'\nt."), /which is no string in quotes/],
  ['an integer of a million digits', join(`(I${'9'.repeat(1e6)}\nt.`), /which is no integer/],
  [
    'an integer of a million bytes',
    pickle('\x8b', little(4, 1e6), new Uint8Array(1e6)),
    /an integer of 1000000 bytes/,
  ],
  ['text longer than the file', pickle('X', little(4, 1e6)), /BINUNICODE has 1000000 bytes from byte 7 on/],
  ['bytes of 2^63', pickle('\x8e', little(8, 2 ** 62)), /BINBYTES8 has 4611686018427388000 bytes/],
  [
    'a frame longer than the file',
    join('\x80\x04\x95', little(8, 99), 'N.'),
    /FRAME has 99 bytes, the file only 2/,
  ],
  ['a line without end', join('(Vabc'), /truncated: \d+ bytes were to follow/],
  ['no end', join('\x80\x02N'), /truncated: 1 bytes were to follow at byte 3/],
  ['half an argument', join('\x80\x02J\x01'), /BININT is the last: the file is truncated within it/],
  ['a buffer elsewhere', pickle('\x97'), /NEXT_BUFFER asks for a buffer outside of the pickle/],
  ['an object elsewhere', pickle('NQ'), /BINPERSID asks for an object outside of the pickle/],
  ['a storage in a plain pickle', pickle(storage('0', 1)), /BINPERSID asks for an object outside/],
  ['the state of a list', pickle(']Nb'), /BUILD sets the state of what has none/],
  ['another encoding', pickle(call('_codecs', 'encode', text('a'), text('rot13'))), /other than latin 1/],
  [
    'text beyond latin 1',
    pickle(call('_codecs', 'encode', 'X\x02\0\0\0\xc4\x80', text('latin1'))),
    /not latin 1/,
  ],
  [
    'a tensor without a storage',
    torchZip(pickle(tensor('N', int(0), ')', ')'))),
    /REDUCE asks for a tensor without a storage/,
  ],
  [
    'a torch file that is a pickle',
    pickle(call('torch.storage', '_load_from_bytes', bytes(pickle('N')))),
    /the torch file at byte \d+: it is no torch file/,
  ],
  [
    'a persistent object without a name',
    pickle(call('torch_utils.persistence', '_reconstruct_persistent_obj', '}')),
    /asks for a persistent object without a class_name/,
  ],
  [
    'a sparse tensor',
    pickle(call('torch._utils', '_rebuild_sparse_tensor', 'N')),
    /sparse, quantised and meta/,
  ],
  [
    'an array of other bytes',
    pickle(
      call('numpy.core.numeric', '_frombuffer', bytes(new Uint8Array(7)), float4(), tuple(int(2)), text('C')),
    ),
    /asks for an array F32 \[2\] of 7 bytes/,
  ],
  [
    'an array without a dtype',
    pickle(
      call('numpy.core.numeric', '_frombuffer', bytes(new Uint8Array(8)), 'N', tuple(int(2)), text('C')),
    ),
    /asks for an array without a dtype/,
  ],
];

function float4(): Uint8Array {
  return call('numpy', 'dtype', text('f4'), '\x89', '\x88');
}

export const cases: TestCase[] = [
  ...[...attacks, ...damaged].map(
    ([name, content, message]): TestCase => ({
      name: `refused: ${name}`,
      seconds: 10,
      run: () => refuses(() => readBytes(content), message),
    }),
  ),
  {
    name: 'attacks reach neither eval nor Function nor the prototypes of objects',
    async run() {
      const asked: string[] = [];
      const { eval: evaluate, Function: construct } = globalThis;
      const trap = (name: string) => () => asked.push(name);
      Object.assign(globalThis, { eval: trap('eval'), Function: trap('Function') });
      try {
        for (const [, content] of attacks) await readBytes(content).catch(() => {});
        await readBytes(pickle('}', text('__proto__'), list(int(1)), 's'));
        for (const name of ['__proto__', 'constructor', 'toString']) {
          await readBytes(pickle(named('torch', name))).catch(() => {});
          await readBytes(torchZip(pickle(storage('0', 1, name)))).catch(() => {});
          await readBytes(pickle(call('numpy', 'dtype', text(name)))).catch(() => {});
        }
      } finally {
        Object.assign(globalThis, { eval: evaluate, Function: construct });
      }
      assert.equal(asked, []);
      assert.equal(Object.keys(Object.prototype), []);
      assert.is(({} as Record<string, unknown>)[0], undefined);
    },
  },
];
