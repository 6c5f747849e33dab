/**
 * Statistics on their way as a .safetensors file:
 *   shift, sum [D], products [D, D]    as covariance.ts has them, float64
 * with the number of samples, the seed and the generator in the metadata.
 */
import { FwplusError } from '../../errors.js';
import { assertFinite } from '../../io/finite.js';
import { encodeTensors, TensorFile } from '../../io/safetensors.js';
import { Covariance } from './covariance.js';

const FORMAT = 'fwplus-statistics-1';

/** What statistics are of. */
export interface Origin {
  /** A model's `generatorId`. */
  readonly generator: string;
  readonly seed: number;
}

export function encodeSums(
  { sums, width }: Covariance,
  { generator, seed }: Origin,
): Uint8Array<ArrayBuffer> {
  const { count, shift, sum, products } = sums;
  return encodeTensors(
    {
      shift: { dtype: 'F64', shape: [width], data: shift },
      sum: { dtype: 'F64', shape: [width], data: sum },
      products: { dtype: 'F64', shape: [width, width], data: products },
    },
    { format: FORMAT, generator, seed: String(seed), samples: String(count) },
  );
}

/**
 * @param name what errors call the file.
 * @throws FwplusError where the file is not one of ours, of another generator or seed, or damaged.
 */
export function decodeSums(bytes: Uint8Array, { generator, seed }: Origin, name: string): Covariance {
  const file = TensorFile.parse(bytes, name);
  const { metadata } = file;
  const wrong = (found: string, hint: string) => new FwplusError(`${name} ${found}.`, { hint });
  const anew = 'Start anew with --restart.';
  if (metadata.format !== FORMAT)
    throw wrong('holds no statistics on their way', 'Move it away, or choose another output file.');
  if (metadata.generator !== generator)
    throw wrong(`is of '${metadata.generator}', this is '${generator}'`, anew);
  if (metadata.seed !== String(seed))
    throw wrong(`was made with --seed ${metadata.seed}, not ${seed}`, `Give that seed. ${anew}`);
  const count = Number(metadata.samples);
  if (!Number.isSafeInteger(count) || count < 1)
    throw wrong(`is damaged: it has '${metadata.samples}' samples`, anew);
  const width = file.info('shift').shape[0] ?? 0;
  const read = (key: string, size: number): Float64Array => {
    const { dtype, data } = file.get(key);
    if (dtype !== 'F64' || data.length !== size)
      throw wrong(`is damaged: '${key}' is ${dtype} of ${data.length} values`, anew);
    assertFinite(`${name}: ${key}`, data);
    return data;
  };
  return Covariance.from({
    count,
    shift: read('shift', width),
    sum: read('sum', width),
    products: read('products', width * width),
  });
}
