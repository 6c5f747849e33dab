import { numpyBuilders } from './numpy.js';
import { pythonBuilders } from './python.js';
import type { Build, Builder } from './session.js';
import { torchBuilders } from './torch.js';
import { PickledGlobal, PickledObject, type PickleValue } from './values.js';

/*
 * What a pickle may name, and what becomes of it. Nothing is ever imported or called: a name is two strings, and a "call"
 * makes a value out of values. So the rules are not what keeps the reader safe, but what makes it say clearly that a file
 * wants to run something, and never pass over it:
 *
 *  1. the builders below (containers, tensors, arrays, NVIDIA's persistent objects) make what Python would;
 *  2. names in packages that checkpoints come from may be written down (torch.float32, torch.nn.functional.relu), and their
 *     classes, which by custom begin with a capital, become a PickledObject with what the file records of the object;
 *  3. everything else is an error, where it is named (os.system, builtins.eval) or, inside of those packages, where a
 *     function would be called (torch.hub.load).
 */

const builders: ReadonlyMap<string, Builder> = new Map([
  ...pythonBuilders,
  ...torchBuilders,
  ...numpyBuilders,
]);

/** Packages of rule 2. */
const packages = new Set([
  '__main__',
  'argparse',
  'collections',
  'configs',
  'datetime',
  'dnnlib',
  'easydict',
  'lpips',
  'metrics',
  'model',
  'models',
  'munch',
  'numpy',
  'omegaconf',
  'op',
  'pathlib',
  'pytorch_lightning',
  'scipy',
  'sklearn',
  'torch',
  'torch_utils',
  'torchvision',
  'training',
  'yacs',
]);

/** Python's own classes that may be named, as base classes for example. */
const builtins = new Set(['bool', 'float', 'int', 'long', 'object', 'str', 'unicode', 'type', 'NoneType']);

/** Modules by their former and later names. */
const renamed: readonly (readonly [RegExp, string])[] = [
  [/^__builtin__$/, 'builtins'],
  [/^copy_reg$/, 'copyreg'],
  [/^numpy\._core(?=\.|$)/, 'numpy.core'],
  [/^torch\.cuda$/, 'torch'],
];

const TRUST =
  'It is no plain checkpoint, and may be an attack. If you know who made it, load it where it was made and save the state_dict() alone.';

/** A name in the file. Throws where neither of the rules knows it. */
export function admit(module: string, name: string, build: Build): PickledGlobal {
  if (module.length + name.length > 500) throw build.fail(`names a class with a name that is too long.`);
  const known = renamed.reduce((text, [from, to]) => text.replace(from, to), module);
  const full = `${known}.${name}`;
  build.session.globals.add(full);
  build.spend('heldBytes', full.length);
  const isAllowed =
    builders.has(full) ||
    packages.has(known.split('.', 1)[0]!) ||
    (known === 'builtins' && builtins.has(name)) ||
    (known === 'copyreg' && name === '__newobj__');
  if (!isAllowed) {
    throw build.fail(`asks for ${module}.${name}; fwplus never imports or runs what a file names.`, TRUST);
  }
  return new PickledGlobal(known, name);
}

/** What the file would get by calling `global`. */
export function construct(
  global: PickledGlobal,
  args: PickleValue[],
  build: Build,
): PickleValue | Promise<PickleValue> {
  const full = `${global}`;
  if (full === 'copyreg.__newobj__') {
    const [type, ...rest] = args;
    if (type instanceof PickledGlobal && `${type}` !== full) return construct(type, rest, build);
    throw build.fail('asks for an object of no class.');
  }
  const builder = builders.get(full);
  if (builder) return builder(args, build, global);
  const isClass = /^_*[A-Z]/.test(global.name.split('.').at(-1)!) || full === 'builtins.object';
  if (isClass && full !== 'builtins.NoneType') return new PickledObject(global.module, global.name, args);
  throw build.fail(`asks to run ${full}; fwplus never runs what a file names.`, TRUST);
}
