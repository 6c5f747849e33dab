/** Eigenvectors of symmetric matrices. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface Eigen {
  /** Falling. */
  readonly values: readonly number[];
  /** In the order of the values, each of length 1, its largest component positive: eigenvectors have no sign of their own. */
  readonly vectors: readonly (readonly number[])[];
}

/** @param matrix [width, width], symmetric. In float64; 512×512 takes a second or two. */
export function symmetricEigen(matrix: Float64Array, width: number): Eigen {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(width, width, matrix),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues.map((_, at) => at).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: order.map((at) => realEigenvalues[at]!),
    vectors: order.map((at) => signed(eigenvectorMatrix.getColumn(at))),
  };
}

function signed(vector: readonly number[]): readonly number[] {
  const largest = vector.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
