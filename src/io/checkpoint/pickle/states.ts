import { TensorView } from '../tensor-view.js';
import { completeArray } from './numpy.js';
import type { Build } from './session.js';
import { earlyTensor } from './torch.js';
import { PickledDict, PickledObject, type PickleValue } from './values.js';

/** Sets an object's state and returns the object, or what it becomes by it. */
export function setState(target: PickleValue, state: PickleValue, build: Build): PickleValue {
  if (target instanceof PickledDict) {
    target.attributes = state;
    return target;
  }
  // A parameter of early torch: whether it wants a gradient.
  if (target instanceof TensorView) return target;
  if (!(target instanceof PickledObject)) throw build.fail('sets the state of what has none.');
  if (`${target}` === 'numpy.ndarray') return completeArray(target, state, build);
  target.state = state;
  return earlyTensor(target, build) ?? target;
}
