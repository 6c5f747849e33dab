/** Foreign checkpoints, read safely. */
export { moduleTensors } from './modules.js';
export {
  BytesInFile,
  PickledDict,
  PickledGlobal,
  PickledObject,
  type PickleValue,
} from './pickle/values.js';
export { type Checkpoint, type CheckpointFormat, readCheckpoint } from './read.js';
export { type ByteSource, blobSource, bytesSource } from './source.js';
export { Storage } from './storage.js';
export { TensorView } from './tensor-view.js';
