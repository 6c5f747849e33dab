/** A converted network as a .safetensors file, piece by piece. */
import { assertFinite } from '../finite.js';
import { floatToHalf } from '../half.js';
import { encodeTensorHeader } from '../safetensors.js';
import { type ConvertedNetwork, parameters, type SourceTensor } from './network.js';

/** Where bytes go, in order. A call has taken its bytes when it resolves. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

export interface WriteOptions {
  /** Values are rounded to float16, but for the tensors that have larger ones. */
  readonly half?: boolean;
  /** For people: the file's name without its ending. */
  readonly name: string;
  /** Called now and then with the share that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface Written {
  readonly bytes: number;
  /** Tensors that float16 cannot hold. */
  readonly keptFloat32: readonly string[];
}

/** Values that are held at once. */
const PIECE = 2 ** 22;
/** The largest float16. */
const MOST_HALF = 65504;

/**
 * Reads every value first: throws a `FwplusError` that names the tensor where one is not finite, before the first byte is
 * written. Then writes; the same network gives the same bytes on every host.
 */
export async function writeNetwork(
  network: ConvertedNetwork,
  sink: ByteSink,
  { half = false, name, onProgress, signal }: WriteOptions,
): Promise<Written> {
  const total = 2 * parameters(network);
  let done = 0;
  const step = (values: number) => {
    signal?.throwIfAborted();
    done += values;
    onProgress?.(done / total);
  };
  const large = await checkValues(network, step);
  const isHalf = (key: string) => half && !large.has(key);
  const { bytes: header, order } = encodeTensorHeader(
    [...network.tensors].map(([key, { shape }]) => ({
      name: key,
      dtype: isHalf(key) ? 'F16' : 'F32',
      shape,
    })),
    metadataOf(network, name),
  );
  let bytes = header.length;
  await sink.write(header);
  for (const key of order) {
    for await (const values of pieces(network.tensors.get(key)!)) {
      const stored = isHalf(key) ? floatToHalf(values) : values;
      await sink.write(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
      bytes += stored.byteLength;
      step(values.length);
    }
  }
  return { bytes, keptFloat32: half ? [...large].sort() : [] };
}

/** Throws at the first tensor that is not finite; returns the names of those that float16 cannot hold. */
export async function checkValues(
  { tensors }: ConvertedNetwork,
  step: (values: number) => void = () => {},
): Promise<Set<string>> {
  const large = new Set<string>();
  for (const [key, tensor] of tensors) {
    for await (const values of pieces(tensor)) {
      assertFinite(key, values);
      if (values.some((value) => value > MOST_HALF || value < -MOST_HALF)) large.add(key);
      step(values.length);
    }
  }
  return large;
}

/** The metadata that a model is built from again. */
function metadataOf({ kind, options, format }: ConvertedNetwork, name: string): Record<string, string> {
  return { fwplus: '1', network: kind, options: JSON.stringify(options), source: format, name };
}

async function* pieces(tensor: SourceTensor): AsyncGenerator<Float32Array> {
  for (let begin = 0; begin < tensor.elements; begin += PIECE) {
    yield await tensor.read(begin, Math.min(begin + PIECE, tensor.elements));
  }
}
