/**
 * P-norm+ statistics as a .safetensors file, in the layout of a converted network (src/io/network-file.ts):
 *   mean_latent     [D]
 *   eigen_values    [D]       in any order; ours fall
 *   eigen_vectors   [D, D]    by columns
 */
import { encodeTensors, type TensorFile } from '../io/safetensors.js';
import { checkPNorm, type PNormStatistics } from './pnorm.js';
import { weightsOf } from './weights.js';

export function encodePNorm(
  { mean, eigenvalues, eigenvectors }: PNormStatistics,
  {
    options,
    source,
    name,
  }: { readonly options: Readonly<Record<string, unknown>>; readonly source: string; readonly name: string },
): Uint8Array<ArrayBuffer> {
  const width = mean.length;
  return encodeTensors(
    {
      mean_latent: { dtype: 'F32', shape: [width], data: mean },
      eigen_values: { dtype: 'F32', shape: [width], data: eigenvalues },
      eigen_vectors: { dtype: 'F32', shape: [width, width], data: eigenvectors },
    },
    { fwplus: '1', network: 'pnorm', options: JSON.stringify(options), source, name },
  );
}

/** @throws FwplusError where a tensor is missing, not finite, or not for a code of width `wDim`. */
export function decodePNorm(file: TensorFile, wDim: number): PNormStatistics {
  const state = weightsOf(file);
  const statistics = {
    mean: state.get('mean_latent').data,
    eigenvalues: state.get('eigen_values').data,
    eigenvectors: state.get('eigen_vectors').data,
  };
  checkPNorm(statistics, wDim);
  return statistics;
}
