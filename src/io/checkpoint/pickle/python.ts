import { bytesSource } from '../source.js';
import { fromLatin1 } from './literals.js';
import type { Build, Builder } from './session.js';
import { BytesInFile, PickledDict, PickledGlobal, PickledObject, type PickleValue } from './values.js';

/** A dict of pairs in a list, of another dict, or of nothing. */
function dictOf(from: PickleValue | undefined, build: Build): PickledDict {
  if (from === undefined) return new PickledDict();
  const pairs = from instanceof PickledDict ? [...from] : from;
  if (!Array.isArray(pairs)) throw build.fail('makes a dict of something else.');
  build.spend('members', 2 * pairs.length);
  const dict = new PickledDict();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw build.fail('makes a dict of what are no pairs.');
    dict.set(pair[0]!, pair[1]!);
  }
  return dict;
}

const dict: Builder = (args, build) => dictOf(args[0], build);

const sequence: Builder = ([from = []], build) => {
  if (!Array.isArray(from)) throw build.fail('makes a list of something else.');
  build.spend('members', from.length);
  return [...from];
};

/** The bytes that a string of Python 2 or of latin 1 stands for; bytes as they are. */
export function bytesOf(value: PickleValue | undefined, build: Build): Uint8Array | BytesInFile {
  if (value instanceof Uint8Array || value instanceof BytesInFile) return value;
  if (typeof value !== 'string') throw build.fail('wants bytes and finds something else.');
  build.spend('heldBytes', value.length);
  const bytes = fromLatin1(value);
  if (!bytes) throw build.fail('wants bytes and finds text that is not latin 1.');
  return bytes;
}

const bytes: Builder = ([from], build) => (from === undefined ? new Uint8Array(0) : bytesOf(from, build));

/** An object of a class that is not needed, with its arguments. */
const opaque: Builder = (args, _, { module, name }) => new PickledObject(module, name, args);

const encode: Builder = ([text, encoding], build) => {
  if (typeof encoding !== 'string' || !/^(latin.?1|iso.8859.1)$/i.test(encoding)) {
    throw build.fail('asks for an encoding other than latin 1.');
  }
  return bytesOf(text, build);
};

/** Python 2 and protocols 0 and 1: an object of a class, by a base class and a value of that. */
const reconstruct: Builder = ([type, base, value], build) => {
  if (!(type instanceof PickledGlobal && base instanceof PickledGlobal)) {
    throw build.fail('asks for an object of no class.');
  }
  if (`${base}` === 'builtins.dict') return dictOf(value, build);
  return new PickledObject(type.module, type.name, `${base}` === 'builtins.object' ? [] : [value ?? null]);
};

/**
 * NVIDIA's persistent objects: a dict with the class's name, its source text, and the object's attributes. The source text
 * is dropped unread.
 */
const persistent: Builder = ([meta], build) => {
  const name = meta instanceof PickledDict ? meta.get('class_name') : undefined;
  if (!(meta instanceof PickledDict) || meta.get('type') !== 'class' || typeof name !== 'string') {
    throw build.fail('asks for a persistent object without a class_name.');
  }
  const object = new PickledObject('torch_utils.persistence', name, []);
  object.state = meta.get('state');
  return object;
};

/** A torch file in a byte string: the storage that it holds. */
const loadFromBytes: Builder = ([from], build) => {
  const found = bytesOf(from, build);
  const name = `${build.source.name}, the torch file at byte ${build.at}`;
  return build.session.nested(found instanceof BytesInFile ? found.source : bytesSource(name, found));
};

/** Containers, bytes, and how Python and NVIDIA's programs rebuild objects. */
export const pythonBuilders: readonly (readonly [string, Builder])[] = [
  ['collections.OrderedDict', dict],
  ['collections.Counter', dict],
  ['collections.defaultdict', (args, build) => dictOf(args[1], build)],
  ['collections.deque', sequence],
  ['builtins.dict', dict],
  ['builtins.list', sequence],
  ['builtins.tuple', sequence],
  ['builtins.set', sequence],
  ['builtins.frozenset', sequence],
  ['builtins.bytes', bytes],
  ['builtins.bytearray', bytes],
  ['builtins.complex', opaque],
  ['builtins.range', opaque],
  ['builtins.slice', opaque],
  ['datetime.datetime', opaque],
  ['_codecs.encode', encode],
  ['copyreg._reconstructor', reconstruct],
  ['dnnlib.EasyDict', dict],
  ['dnnlib.util.EasyDict', dict],
  ['easydict.EasyDict', dict],
  ['torch_utils.persistence._reconstruct_persistent_obj', persistent],
  ['torch.storage._load_from_bytes', loadFromBytes],
];
