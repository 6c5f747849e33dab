import { FwplusError } from '../../errors.js';
import { parseTensorHeader, tensorHeaderBytes } from '../safetensors.js';
import { npyNames, readNpy, readNpz } from './npy.js';
import { readPickle } from './pickle/machine.js';
import { Session } from './pickle/session.js';
import { PickledDict, type PickleValue } from './pickle/values.js';
import { HEAD_BYTES, recognise } from './recognise.js';
import { type ByteSource, readRange, slice } from './source.js';
import { Storage } from './storage.js';
import { sideBySide, TensorView } from './tensor-view.js';
import { readTorchLegacy, TORCH_MAGIC } from './torch-legacy.js';
import { readTorchZip, torchFolder } from './torch-zip.js';
import { ZipArchive } from './zip.js';

export type CheckpointFormat = 'torch zip' | 'torch legacy' | 'pickle' | 'npy' | 'npz' | 'safetensors';

/** What a checkpoint holds. Its tensors stay in the file: keep the source open for as long as they are read. */
export interface Checkpoint {
  readonly format: CheckpointFormat;
  readonly value: PickleValue;
  /** Every class and function that the file names, in the order of the file. */
  readonly globals: readonly string[];
}

/**
 * Reads a checkpoint of whatever kind, recognised by its bytes and not by its name, without running anything in it:
 * torch files (ZIP and legacy), pickles of protocols 0 to 5 (NVIDIA's with torch files inside of them too), .npy, .npz and
 * .safetensors. Only what describes the tensors is read, in bounded memory and time. Throws a `FwplusError` that names the
 * byte, file or key where the file is damaged, asks for what fwplus does not run, or is something else.
 */
export async function readCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const session = new Session(async (nested, own) => {
    const { format, value } = await readByContent(nested, own);
    if (format === 'torch zip' || format === 'torch legacy') return value;
    throw new FwplusError(`Reading ${nested.name}: it is no torch file.`);
  });
  const { format, value } = await readByContent(source, session);
  return { format, value, globals: [...session.globals] };
}

async function readByContent(
  source: ByteSource,
  session: Session,
): Promise<{ format: CheckpointFormat; value: PickleValue }> {
  const head = await readRange(source, 0, Math.min(HEAD_BYTES, source.size), 'the beginning');
  switch (recognise(source, head)) {
    case 'npy':
      return { format: 'npy', value: await readNpy(source, session) };
    case 'safetensors':
      return { format: 'safetensors', value: await readTensorFile(source) };
    case 'zip':
      return readArchive(source, session);
    case 'pickle': {
      const { value, end } = await readPickle(source, 0, session);
      if (value !== TORCH_MAGIC) return { format: 'pickle', value };
      return { format: 'torch legacy', value: await readTorchLegacy(source, end, session) };
    }
  }
}

async function readArchive(
  source: ByteSource,
  session: Session,
): Promise<{ format: CheckpointFormat; value: PickleValue }> {
  const archive = await ZipArchive.open(source);
  const folder = torchFolder(archive);
  if (folder !== undefined) {
    return { format: 'torch zip', value: await readTorchZip(source, archive, folder, session) };
  }
  if (npyNames(archive).length > 0) return { format: 'npz', value: await readNpz(archive, session) };
  throw new FwplusError(
    `Reading ${source.name}: it is a ZIP archive without one data.pkl (torch) or any .npy files, among ${archive.names().length} files.`,
    { hint: 'If a checkpoint is packed in it, unpack it first.' },
  );
}

/** The tensors of a .safetensors file, with its metadata as the dict's attributes. */
async function readTensorFile(source: ByteSource): Promise<PickledDict> {
  const what = `Reading ${source.name} as safetensors`;
  const length = tensorHeaderBytes(await readRange(source, 0, 8, 'the beginning'));
  const head = await readRange(source, 0, Math.min(length, source.size), 'the header');
  const { metadata, tensors } = parseTensorHeader(head, source.size, what);
  const dict = new PickledDict();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    const storage = new Storage(name, dtype, shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1));
    storage.place(slice(source, begin, end - begin, `${source.name}, tensor ${name}`));
    const layout = { dtype, shape, strides: sideBySide(shape), offset: 0 };
    const view = new TensorView(storage, layout, (found) => new FwplusError(`${what}: it has ${found}`));
    dict.set(name, view);
  }
  dict.attributes = new PickledDict(Object.entries(metadata));
  return dict;
}
