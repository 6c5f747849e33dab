/**
 * Directions from a generator's own weights: SeFa (Shen & Zhou 2021, "Closed-form factorization of latent semantics in GANs"). The paper
 * this project follows edits StyleGAN2 by them.
 */
import type { Model } from '../model.js';
import { symmetricEigen } from '../symmetric-eigen.js';
import type { Direction } from './direction.js';
import { type RowRange, requireExisting } from './rows.js';

export interface SefaDirection extends Direction {
  /** [D] */
  readonly vector: Float32Array;
  /** How strongly the layers answer to it; falling through the list. */
  readonly eigenvalue: number;
}

/** Relative to the largest eigenvalue: below it a direction does nothing that its rounding would not do. */
const LEAST = 1e-6;

/**
 * Eigenvectors of A·Aᵀ, A [D, ΣC] the style affine weights of the layers that read `rows`, every column of length 1; unit vectors by
 * falling eigenvalue, the largest component positive. Those of eigenvalues near 0 are left out.
 * @param rows all of the code by default; for F/W+ those from M on.
 * @throws FwplusError where the generator has no such rows.
 */
export function sefa(
  model: Model,
  rows: RowRange = { from: 0, to: model.generator.rows - 1 },
): SefaDirection[] {
  const { generator } = model;
  requireExisting(rows, model);
  const columns = generator.affineColumns(rows.from, rows.to);
  const width = generator.wDim;
  const product = new Float64Array(width * width);
  for (const column of columns) {
    const square = column.reduce((sum, value) => sum + value * value, 0);
    if (square === 0) continue; // a channel that no style reaches
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        product[i * width + j]! += (column[i]! * column[j]!) / square;
      }
    }
  }
  for (let i = 0; i < width; i++)
    for (let j = 0; j < i; j++) product[j * width + i] = product[i * width + j]!;
  const { values, vectors } = symmetricEigen(product, width);
  const least = LEAST * values[0]!;
  return values
    .filter((value) => value > least)
    .map((eigenvalue, rank) => ({
      name: `sefa-${rank}`,
      description: `direction ${rank} of the generator's own weights`,
      vector: Float32Array.from(vectors[rank]!),
      rows,
      eigenvalue,
    }));
}
