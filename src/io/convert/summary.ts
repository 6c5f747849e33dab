import {
  BytesInFile,
  type Checkpoint,
  moduleTensors,
  PickledDict,
  PickledObject,
  type PickleValue,
  Storage,
  TensorView,
} from '../checkpoint/index.js';
import { TENSORFLOW_TUPLE } from './parts.js';

/** What stands under a key of a file. */
export interface Entry {
  readonly key: string;
  readonly text: string;
}

/** Keys that are written out; the rest is counted. */
const MOST = 40;

/** What a checkpoint holds at its top, for people: of the one dict that a file may have around all, what is in that. */
export function summarise({ value, format }: Checkpoint): Entry[] {
  if (Array.isArray(value) && value.every((item) => item instanceof PickledObject || item === null)) {
    return entries(value.map((item, at) => [TENSORFLOW_TUPLE[at] ?? String(at), item]));
  }
  if (value instanceof PickledDict) {
    const { attributes } = value;
    const metadata = format === 'safetensors' && attributes instanceof PickledDict ? [...attributes] : [];
    return entries([...metadata, ...value]);
  }
  return [{ key: format, text: describe(value) }];
}

function entries(all: readonly [PickleValue, PickleValue][]): Entry[] {
  const shown = all
    .slice(0, MOST)
    .map(([key, value]) => ({ key: String(key).slice(0, 60), text: describe(value) }));
  return all.length > MOST ? [...shown, { key: '…', text: `and ${all.length - MOST} more` }] : shown;
}

function describe(value: PickleValue): string {
  if (value === null) return 'nothing';
  if (value instanceof TensorView) return `${value.dtype} [${value.shape.join(', ')}]`;
  if (value instanceof PickledDict) return describeDict(value);
  if (value instanceof PickledObject) {
    const tensors = moduleTensors(value).size;
    return `an object of ${value}${tensors > 0 ? ` with ${tensors} tensors` : ''}`;
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array || value instanceof BytesInFile) return `${value.length} bytes`;
  if (value instanceof Storage) return `a storage of ${value.elements} values`;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value).slice(0, 60);
}

function describeDict(dict: PickledDict): string {
  const tensors = [...dict.values()].filter((item) => item instanceof TensorView).length;
  const keys = [...dict.keys()].slice(0, 3).map((key) => String(key).slice(0, 40));
  const of = tensors > 0 ? `${tensors} tensors` : `${dict.size}`;
  return `a dict of ${of}${keys.length > 0 ? `: ${keys.join(', ')}${dict.size > keys.length ? ', …' : ''}` : ''}`;
}
