/** The loss of Kang et al. (2021) with the published weights as a graph, for F/W+ and W+ alike. All terms are one value a sample, [N]. */
import type { Graph } from '../autograd/graph.js';
import { meanSquaredError, quantisedSquaredError } from '../autograd/ops/reduce.js';
import { bicubic } from '../autograd/ops/resample.js';
import { weightedSum } from '../autograd/ops/weighted-sum.js';
import type { Shape, Tensor } from '../autograd/tensor.js';
import type { Method } from './method.js';
import { type Model, requirePerceptual, requirePNorm } from './model.js';
import { whiten } from './pnorm.js';
import { perceptualSide } from './target.js';

/** The codes: detail [N, rows, D]; base [N, s, s, C] in F/W+ only. */
export interface CodeTensors {
  readonly base: Tensor | undefined;
  readonly detail: Tensor;
}

/** What the reconstruction is compared with. */
export interface TargetTensors {
  /** [N, R, R, 3] */
  readonly picture: Tensor;
  /** Perceptual features of the target. */
  readonly features: readonly Tensor[];
  /** What the base term holds f to; in F/W+ only. */
  readonly base: Tensor | undefined;
}

/** The columns of a recorded history, unweighted but for `total`; `error` is the 8-bit squared error behind the PSNR. */
export const TERMS = ['total', 'squared', 'perceptual', 'base', 'pnorm', 'error'] as const;
export type Term = (typeof TERMS)[number];

/** Row `row` of a recorded history, of sample `sample` of `batch`. */
export function recordOf(history: Float32Array, row: number, batch = 1, sample = 0): Record<Term, number> {
  const entries = TERMS.map((term, at) => [term, history[(row * TERMS.length + at) * batch + sample]!]);
  return Object.fromEntries(entries) as Record<Term, number>;
}

export interface Objective {
  readonly image: Tensor;
  readonly terms: Readonly<Record<Term, Tensor>>;
}

/** Shapes of the codes: detail [N, rows, D], base [N, s, s, C] in F/W+ only. */
export function codeShapes(
  model: Model,
  method: Method,
  batch: number,
): { base: Shape | undefined; detail: Shape } {
  const { generator } = model;
  if (method.space === 'w+') return { base: undefined, detail: [batch, generator.rows, generator.wDim] };
  const side = method.baseSize;
  const detail = [batch, generator.rows - generator.firstRow(side), generator.wDim];
  return { base: [batch, side, side, generator.channels(side)], detail };
}

export function codeTensors(graph: Graph, model: Model, method: Method, batch: number): CodeTensors {
  const { base, detail } = codeShapes(model, method, batch);
  return { base: base && graph.variable('base code', base), detail: graph.variable('detail code', detail) };
}

export function targetTensors(graph: Graph, model: Model, method: Method, batch: number): TargetTensors {
  const side = model.generator.resolution;
  const shapes = model.perceptual?.featureShapes(batch, perceptualSide(side, method)) ?? [];
  const { base } = codeShapes(model, method, batch);
  return {
    picture: graph.variable('target', [batch, side, side, 3]),
    features: shapes.map((shape, tap) => graph.variable(`target features ${tap}`, shape)),
    base: base && graph.variable('target of the base code', base),
  };
}

export function synthesise(model: Model, { base, detail }: CodeTensors): Tensor {
  return base ? model.generator.synthesisFrom(base, detail) : model.generator.synthesis(detail);
}

export function objective(
  model: Model,
  method: Method,
  codes: CodeTensors,
  target: TargetTensors,
): Objective {
  const image = synthesise(model, codes);
  const { graph } = image;
  const [batch] = image.shape as [number];
  const { weights } = method;
  const nothing = graph.filled([batch], 0);

  const squared = meanSquaredError(image, target.picture);
  const perceptual = perceptualTerm(model, method, image, target);
  const base = codes.base && target.base ? meanSquaredError(codes.base, target.base) : undefined;
  const pnorm = method.pnorm === 'penalty' ? pnormPenalty(model, codes.detail) : undefined;

  const total = weightedSum([
    { tensor: squared, factor: 1 },
    ...(perceptual ? [{ tensor: perceptual, factor: weights.perceptual }] : []),
    ...(base ? [{ tensor: base, factor: weights.base }] : []),
    ...(pnorm ? [{ tensor: pnorm, factor: weights.pnorm }] : []),
  ]);
  const error = quantisedSquaredError(image, target.picture);
  return {
    image,
    terms: {
      total,
      squared,
      perceptual: perceptual ?? nothing,
      base: base ?? nothing,
      pnorm: pnorm ?? nothing,
      error,
    },
  };
}

/** Undefined where the model has no perceptual network, and the method does not want one. */
function perceptualTerm(
  model: Model,
  method: Method,
  image: Tensor,
  { features }: TargetTensors,
): Tensor | undefined {
  if (!model.perceptual && method.weights.perceptual === 0) return undefined;
  const perceptual = requirePerceptual(model, 'The perceptual term');
  const side = image.shape[1]!;
  const compared = perceptualSide(side, method);
  const seen = compared === side ? image : bicubic(image, compared, compared);
  return perceptual.distance(seen, features);
}

/** mean v² with the published divisor, all rows of a full code, though rows below M take no part: as in the published program. */
function pnormPenalty(model: Model, detail: Tensor): Tensor {
  const { rows, wDim } = model.generator;
  const v = whiten(detail, requirePNorm(model, 'The P-norm+ penalty'));
  return meanSquaredError(v, detail.graph.filled(v.shape, 0), rows * wDim);
}
