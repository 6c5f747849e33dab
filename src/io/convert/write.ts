/** A converted network as a .safetensors file, piece by piece. */

import { floatToHalf } from '../../half.js';
import { assertFinite } from '../finite.js';
import { encodeTensorHeader } from '../safetensors.js';
import { type ConvertedNetwork, type NetworkKind, parameters, type SourceTensor } from './network.js';
import type { ByteSink } from './sink.js';

export interface Watch {
  /** Called now and then with the share that is done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Throws its reason where it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends Watch {
  /** Values are rounded to float16, but for the tensors that have larger ones. */
  readonly half?: boolean;
  /** For people: the file's name without its ending. */
  readonly name: string;
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
  const large = await checkValues(network, { onProgress: (done) => onProgress?.(done / 2), signal });
  const isHalf = (key: string) => half && !staysFloat32(network.kind) && !large.has(key);
  const { bytes: header, order } = encodeTensorHeader(
    [...network.tensors].map(([key, { shape }]) => ({
      name: key,
      dtype: isHalf(key) ? 'F16' : 'F32',
      shape,
    })),
    metadataOf(network, name),
  );
  const step = counting(network, { onProgress: (done) => onProgress?.((1 + done) / 2), signal });
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

/** Variances of P-norm+ go down to where float16 ends, and directions are small files. */
export function staysFloat32(kind: NetworkKind): boolean {
  return kind === 'pnorm' || kind === 'directions';
}

/** Throws at the first tensor that is not finite; returns the names of those that float16 cannot hold. */
export async function checkValues(network: ConvertedNetwork, watch: Watch = {}): Promise<Set<string>> {
  const large = new Set<string>();
  const step = counting(network, watch);
  for (const [key, tensor] of network.tensors) {
    const { origin } = tensor;
    for await (const values of pieces(tensor)) {
      assertFinite(origin === undefined || origin === key ? key : `${key} (in the file '${origin}')`, values);
      if (values.some((value) => value > MOST_HALF || value < -MOST_HALF)) large.add(key);
      step(values.length);
    }
  }
  return large;
}

/** Counts values; throws where the signal is aborted. */
function counting(network: ConvertedNetwork, { onProgress, signal }: Watch): (values: number) => void {
  const all = parameters(network);
  let done = 0;
  return (values) => {
    signal?.throwIfAborted();
    done += values;
    onProgress?.(done / all);
  };
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
