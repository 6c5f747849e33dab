/** Which convolution kernels run a shape on an adapter: plain data, made without a GPU. */
import type { AdapterFacts } from '../../adapter.js';
import { choosePlan, NO_CHOICES, type PlanChoices } from '../../tuning/choices.js';
import { shapeKey } from '../../tuning/keys.js';
import type { DirectPlan } from './direct/plan.js';
import { directPlans } from './direct/plans.js';
import { type ConvolutionShape, convolutionFlops } from './shape.js';
import type { WinogradPlan } from './winograd/plan.js';
import { winogradPlans } from './winograd/plans.js';

export type ConvolutionPlan = DirectPlan | WinogradPlan;

export function isWinograd(plan: ConvolutionPlan): plan is WinogradPlan {
  return 'tiling' in plan;
}

/**
 * The plan that `choices` name for a shape, else the preferred one; of those whose packed weights do not take more memory than
 * the time is worth that they save.
 * @param options `isLean`: rather small than fast; `halfWeights`: weights will be in half precision, which textures have not.
 */
export function planConvolution(
  shape: ConvolutionShape,
  facts: AdapterFacts,
  choices: PlanChoices = NO_CHOICES,
  { isLean = false, halfWeights = false }: { readonly isLean?: boolean; readonly halfWeights?: boolean } = {},
): ConvolutionPlan {
  const worth = isLean ? LEAN_WORTH : USUAL_WORTH;
  const plans = convolutionPlans(shape, facts).filter(
    (plan) => isWorthIt(shape, plan, worth) && !(halfWeights && plan.packing(false).form === 'texture'),
  );
  return choosePlan(plans, shapeKey(shape), choices);
}

/** Bytes beyond the plain weight for each floating-point operation: keep the paper's step well below 1.6 GiB, and below 1. */
const USUAL_WORTH = 16 * 2 ** -10;
const LEAN_WORTH = 0.8 * 2 ** -10;
/** Of so many bytes nobody takes account. */
const TRIFLE = 2 * 2 ** 20;

function isWorthIt(shape: ConvolutionShape, { weightBytes }: ConvolutionPlan, worth: number): boolean {
  const plain = 4 * shape.inChannels * shape.outChannels * shape.kernelSize ** 2;
  return weightBytes - plain <= Math.max(TRIFLE, worth * convolutionFlops(shape));
}

/** Every plan that choices may name where memory is not short, the preferred one first. */
export function allowedPlans(shape: ConvolutionShape, facts: AdapterFacts): readonly ConvolutionPlan[] {
  return convolutionPlans(shape, facts).filter((plan) => isWorthIt(shape, plan, USUAL_WORTH));
}

/** A plan with more bytes of weights has to be so much faster: at 1024×1024 frozen weights are half of all memory. */
const WORTH_WEIGHTS = 1.1;

/**
 * Every plan that is right for a shape on an adapter, the preferred one first: the cheapest by cost.ts. Also those whose weights
 * nobody would take.
 */
export function convolutionPlans(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan[] {
  const plans = [...winogradPlans(shape, facts), ...directPlans(shape, facts)];
  const weighed = (plan: ConvolutionPlan) => (isWinograd(plan) ? WORTH_WEIGHTS : 1) * plan.cost;
  const order = (one: number, other: number) => (one === other ? 0 : one - other); // the plain one's is infinite
  return plans.sort((one, other) => order(weighed(one), weighed(other)));
}
