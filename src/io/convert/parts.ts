import {
  type Checkpoint,
  moduleTensors,
  PickledDict,
  PickledObject,
  type PickleValue,
  TensorView,
} from '../checkpoint/index.js';

/** Tensors by name somewhere in a checkpoint: a state dictionary, a torch module, a network of TensorFlow. */
export interface Part {
  /** The keys that lead to it, joined by points: `G_ema`, `models.generator_smooth`; '' for the file itself. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorView>;
  /** What stands beside them and is no tensor: numbers, texts, further parts. */
  readonly rest: ReadonlyMap<string, PickleValue>;
  /** The object that it is the state of; undefined for a dictionary. */
  readonly object: PickledObject | undefined;
}

/** How far parts are looked for below the top. */
const LEVELS = 3;
/** How the networks of a TensorFlow pickle are called, which is a tuple of three. */
export const TENSORFLOW_TUPLE: readonly string[] = ['G', 'D', 'Gs'];

/** All parts of a checkpoint, in the order of the file, those above before those below. */
export function partsOf({ value }: Checkpoint): Part[] {
  const parts: Part[] = [];
  collect(value, '', 0, parts);
  return parts;
}

/** The tensors under a prefix, named without it; undefined where there are none. */
export function partUnder(part: Part, prefix: string, name: string): Part | undefined {
  const tensors = new Map<string, TensorView>();
  for (const [key, tensor] of part.tensors) {
    if (key.startsWith(prefix)) tensors.set(key.slice(prefix.length), tensor);
  }
  return tensors.size === 0 ? undefined : { name, tensors, rest: part.rest, object: undefined };
}

function collect(value: PickleValue, name: string, level: number, parts: Part[]): void {
  if (value instanceof PickledObject) {
    const tensors = isTensorFlow(value) ? tensorFlowVariables(value) : moduleParts(value);
    if (tensors) parts.push({ name, object: value, ...tensors });
    return;
  }
  const entries = entriesOf(value);
  const tensors = new Map<string, TensorView>();
  const rest = new Map<string, PickleValue>();
  for (const [key, item] of entries) {
    if (item instanceof TensorView) tensors.set(key, item);
    else rest.set(key, item);
  }
  if (tensors.size > 0) parts.push(withoutWrapper({ name, tensors, rest, object: undefined }));
  if (level >= LEVELS) return;
  for (const [key, item] of rest) collect(item, name === '' ? key : `${name}.${key}`, level + 1, parts);
}

/** Entries of a dict with texts as keys; those of a tuple or list under the names of a TensorFlow pickle's. */
function entriesOf(value: PickleValue): [string, PickleValue][] {
  if (value instanceof PickledDict) {
    return [...value].filter((entry): entry is [string, PickleValue] => typeof entry[0] === 'string');
  }
  if (!Array.isArray(value) || value.length > TENSORFLOW_TUPLE.length) return [];
  return value.map((item, at) => [TENSORFLOW_TUPLE[at]!, item]);
}

/** `torch.nn.DataParallel` puts `module.` before every key. */
function withoutWrapper(part: Part): Part {
  const prefix = 'module.';
  if (![...part.tensors.keys()].every((key) => key.startsWith(prefix))) return part;
  return { ...part, tensors: partUnder(part, prefix, part.name)!.tensors };
}

function moduleParts(object: PickledObject): Pick<Part, 'tensors' | 'rest'> | undefined {
  const tensors = moduleTensors(object);
  return tensors.size === 0 ? undefined : { tensors, rest: new Map() };
}

/** dnnlib.tflib.network.Network, or its name in earlier programs. */
export function isTensorFlow(object: PickledObject): boolean {
  return object.name === 'Network' && Array.isArray(object.attribute('variables'));
}

/** The variables of a network and of its components, as `component/variable`. */
function tensorFlowVariables(network: PickledObject): Pick<Part, 'tensors' | 'rest'> {
  const tensors = new Map<string, TensorView>();
  const rest = new Map<string, PickleValue>();
  const visit = (object: PickledObject, prefix: string, level: number) => {
    const variables = object.attribute('variables');
    for (const variable of Array.isArray(variables) ? variables : []) {
      const [name, value] = Array.isArray(variable) ? variable : [];
      if (typeof name !== 'string' || value === undefined) continue;
      if (value instanceof TensorView) tensors.set(prefix + name, value);
      else rest.set(prefix + name, value);
    }
    const components = object.attribute('components');
    if (!(components instanceof PickledDict) || level >= LEVELS) return;
    for (const [name, component] of components) {
      if (typeof name === 'string' && component instanceof PickledObject) {
        visit(component, `${prefix}${name}/`, level + 1);
      }
    }
  };
  visit(network, '', 0);
  return { tensors, rest };
}
