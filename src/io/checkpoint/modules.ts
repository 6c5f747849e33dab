import { FwplusError } from '../../errors.js';
import { PickledDict, PickledObject, type PickleValue } from './pickle/values.js';
import { TensorView } from './tensor-view.js';

const MOST_TENSORS = 2 ** 16;
const LONGEST_KEY = 1000;

/**
 * The parameters and buffers of a pickled torch module, such as NVIDIA's G_ema, by the keys that they have in its
 * state_dict(), in the order of the file. Buffers that the module keeps out of its state_dict() are left out.
 */
export function moduleTensors(module: PickledObject): Map<string, TensorView> {
  const out = new Map<string, TensorView>();
  collect(module, '', out);
  return out;
}

/** The reader has seen to it that modules are finitely deep. */
function collect(module: PickledObject, prefix: string, out: Map<string, TensorView>): void {
  const passing = module.attribute('_non_persistent_buffers_set');
  const skipped = Array.isArray(passing) ? new Set(passing) : new Set<PickleValue>();
  if (prefix.length > LONGEST_KEY || out.size > MOST_TENSORS) {
    throw new FwplusError(
      `Reading the module ${module.name}: it has more than ${MOST_TENSORS} tensors, or keys of more than ${LONGEST_KEY} characters (${prefix.slice(0, 40)}…).`,
      { hint: 'No checkpoint is like this; do not trust the file.' },
    );
  }
  for (const [name, value] of [...entriesOf(module, '_parameters'), ...entriesOf(module, '_buffers')]) {
    if (value instanceof TensorView && !skipped.has(name)) out.set(prefix + name, value);
  }
  for (const [name, value] of entriesOf(module, '_modules')) {
    if (value instanceof PickledObject) collect(value, `${prefix}${name}.`, out);
  }
}

/** What is under a name that could be one of Python's. */
function entriesOf(module: PickledObject, attribute: string): [string, PickleValue][] {
  const entries = module.attribute(attribute);
  const all = entries instanceof PickledDict ? [...entries] : [];
  return all.filter((entry): entry is [string, PickleValue] => typeof entry[0] === 'string');
}
