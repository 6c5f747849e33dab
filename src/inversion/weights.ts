/** A network's weights out of a file. */
import { assertFinite } from '../io/finite.js';
import type { TensorFile } from '../io/safetensors.js';
import { StateDict, type Weight } from '../nets/state.js';

/** All float tensors of a file, as float32; F32 ones are not copied. Throws a FwplusError where a value is not finite. */
export function weightsOf(file: TensorFile): StateDict {
  const weights = new Map<string, Weight>();
  for (const key of file.keys()) {
    const { dtype, shape } = file.info(key);
    if (!FLOATS.includes(dtype)) continue; // such as how many batches batch norm has seen
    const data = file.floats(key);
    assertFinite(`${file.name}: ${key}`, data);
    weights.set(key, { shape, data });
  }
  return new StateDict(file.name, weights);
}

const FLOATS: readonly string[] = ['F16', 'BF16', 'F32', 'F64'];
