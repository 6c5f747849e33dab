/**
 * P-norm+ space (Zhu et al. 2020, "Improved StyleGAN embedding"): w before the mapping network's last
 * activation, whitened by the statistics of a million mapped samples.
 *   v = (LeakyReLU₅(w) − μ) · C / √λ        and back        w = LeakyReLU₁⸝₅(v √λ · Cᵀ + μ)
 * It serves both StyleGANs: their mappings end in the same activation but for StyleGAN2's gain √2, a factor of v's unit alone. Of a
 * mapping with a w for each row the statistics are of all rows together; the publications are silent there.
 */

import { transposed } from '../autograd/arrays.js';
import { activate } from '../autograd/ops/activate.js';
import { LINEAR, UNLIMITED } from '../autograd/ops/activation.js';
import { channelAffine } from '../autograd/ops/channel-affine.js';
import { clip } from '../autograd/ops/elementwise.js';
import { fullyConnected } from '../autograd/ops/fully-connected.js';
import type { Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';

/** μ [D], λ [D], and C [D, D] with eigenvectors as columns, as published (the eigenvalues in any order). */
export interface PNormStatistics {
  readonly mean: Float32Array;
  readonly eigenvalues: Float32Array;
  readonly eigenvectors: Float32Array;
}

/** Throws a FwplusError unless the arrays fit a code of width `wDim` and all eigenvalues are positive. */
export function checkPNorm({ mean, eigenvalues, eigenvectors }: PNormStatistics, wDim: number): void {
  if (mean.length !== wDim || eigenvalues.length !== wDim || eigenvectors.length !== wDim * wDim) {
    throw new FwplusError(
      `P-norm+ statistics: sizes ${mean.length}, ${eigenvalues.length}, ${eigenvectors.length} do not fit a code of width ${wDim}.`,
      { hint: 'They belong to another generator.' },
    );
  }
  const bad = eigenvalues.findIndex((value) => !(value > 0));
  if (bad >= 0)
    throw new FwplusError(
      `P-norm+ statistics: eigenvalue ${bad} is ${eigenvalues[bad]}, wanted a positive number.`,
    );
}

const BEFORE_ACTIVATION = { slope: 5, gain: 1, limit: UNLIMITED };
const AFTER_ACTIVATION = { slope: 0.2, gain: 1, limit: UNLIMITED };

interface Derived {
  readonly minusMean: Float32Array;
  /** [D, D] by output and input: C / √λ, transposed. */
  readonly whitening: Float32Array;
  /** The same for the way back. */
  readonly unwhitening: Float32Array;
}

const derived = new WeakMap<PNormStatistics, Derived>();

/** Made once for each model, so that its programs share them on the GPU. */
function derivedFrom(statistics: PNormStatistics): Derived {
  const known = derived.get(statistics);
  if (known) return known;
  const { mean, eigenvalues, eigenvectors } = statistics;
  const width = mean.length;
  const made = {
    minusMean: mean.map((value) => -value),
    whitening: transposed(eigenvectors, width, width).map(
      (value, at) => value / Math.sqrt(eigenvalues[Math.floor(at / width)]!),
    ),
    unwhitening: eigenvectors.map((value, at) => value * Math.sqrt(eigenvalues[at % width]!)),
  };
  derived.set(statistics, made);
  return made;
}

/** code [..., D] to v [..., D], in units of standard deviations. */
export function whiten(code: Tensor, statistics: PNormStatistics): Tensor {
  const { graph } = code;
  const width = statistics.mean.length;
  const { minusMean, whitening } = derivedFrom(statistics);
  // The mean goes first: behind the product its share would reach 1/√λ, and the difference would drown in rounding.
  const centred = channelAffine(
    activate(code, BEFORE_ACTIVATION),
    graph.filled([width], 1),
    graph.constant('minus mean', [width], minusMean),
    LINEAR,
  );
  return fullyConnected(centred, graph.constant('whitening', [width, width], whitening));
}

/** v [..., D] back to a code [..., D]. */
export function unwhiten(v: Tensor, statistics: PNormStatistics): Tensor {
  const { graph } = v;
  const { mean } = statistics;
  const width = mean.length;
  const { unwhitening } = derivedFrom(statistics);
  return fullyConnected(v, graph.constant('unwhitening', [width, width], unwhitening), {
    bias: graph.constant('mean', [width], mean),
    activation: AFTER_ACTIVATION,
  });
}

/** The paper's hard clipping: the code whose v is held within ±limit standard deviations. */
export function clipToPNorm(code: Tensor, statistics: PNormStatistics, limit = 5): Tensor {
  return unwhiten(clip(whiten(code, statistics), -limit, limit), statistics);
}
