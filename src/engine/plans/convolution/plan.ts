/** Which convolution kernels run a shape on an adapter: plain data, made without a GPU. */
import type { AdapterFacts } from '../../adapter.js';
import { choosePlan, NO_CHOICES, type PlanChoices } from '../../tuning/choices.js';
import { shapeKey } from '../../tuning/keys.js';
import { type DirectPlan, directPlans } from './direct.js';
import { type ConvolutionShape, phaseFlops, phasesOf } from './shape.js';
import { type WinogradPlan, winogradPlans } from './winograd.js';

export type ConvolutionPlan = DirectPlan | WinogradPlan;

export function isWinograd(plan: ConvolutionPlan): plan is WinogradPlan {
  return 'tile' in plan;
}

/**
 * The plan that `choices` name for a shape, else the preferred one; of those whose packed weights do not take more memory than
 * the time is worth that they save.
 * @param isLean rather small than fast.
 */
export function planConvolution(
  shape: ConvolutionShape,
  facts: AdapterFacts,
  choices: PlanChoices = NO_CHOICES,
  isLean = false,
): ConvolutionPlan {
  const worth = isLean ? LEAN_WORTH : USUAL_WORTH;
  const plans = convolutionPlans(shape, facts).filter((plan) => isWorthIt(shape, plan, worth));
  return choosePlan(plans, convolutionKey(shape, 'any'), choices);
}

/** Bytes beyond the plain weight for each floating-point operation: keep the paper's step well below 1.6 GiB, and below 1. */
const USUAL_WORTH = 16 * 2 ** -10;
const LEAN_WORTH = 1.4 * 2 ** -10;
/** Of so many bytes nobody takes account. */
const TRIFLE = 2 * 2 ** 20;

function isWorthIt(shape: ConvolutionShape, { weightBytes }: ConvolutionPlan, worth: number): boolean {
  const plain = 4 * shape.inChannels * shape.outChannels * shape.kernelSize ** 2;
  const flops = phasesOf(shape).reduce((sum, phase) => sum + phaseFlops(shape, phase), 0);
  return weightBytes - plain <= Math.max(TRIFLE, worth * flops);
}

/** The same where the plan has to be a direct one, which can make bands of rows. */
export function planDirect(
  shape: ConvolutionShape,
  facts: AdapterFacts,
  choices: PlanChoices = NO_CHOICES,
): DirectPlan {
  return choosePlan(directPlans(shape, facts), convolutionKey(shape, 'direct'), choices);
}

/** Which plans a convolution allows. */
export type Allowed = 'any' | 'direct';

/** Every plan that is right, the preferred one first; also those whose weights nobody would take. */
export function rightPlans(
  shape: ConvolutionShape,
  allowed: Allowed,
  facts: AdapterFacts,
): readonly ConvolutionPlan[] {
  return allowed === 'any' ? convolutionPlans(shape, facts) : directPlans(shape, facts);
}

/** Those of them that choices may name where memory is not short. */
export function allowedPlans(
  shape: ConvolutionShape,
  allowed: Allowed,
  facts: AdapterFacts,
): readonly ConvolutionPlan[] {
  return rightPlans(shape, allowed, facts).filter((plan) => isWorthIt(shape, plan, USUAL_WORTH));
}

/** What choices are kept by. */
export function convolutionKey(shape: ConvolutionShape, allowed: Allowed): string {
  return `${allowed === 'any' ? '' : `${allowed} `}${shapeKey(shape)}`;
}

/** Every plan that is right for a shape on an adapter, the preferred one first. */
export function convolutionPlans(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan[] {
  const [direct, winograd] = [directPlans(shape, facts), winogradPlans(shape, facts)];
  const [one, other] = pays(winograd, direct) ? [winograd, direct] : [direct, winograd];
  return [...one, ...other];
}

/** A plan with more bytes of weights has to be so much faster: at 1024×1024 frozen weights are half of all memory. */
const WORTH_WEIGHTS = 1.1;

/** By cost.ts: with few tiles or few channels the transforms cost more than the products that they save. */
function pays([best]: readonly WinogradPlan[], direct: readonly DirectPlan[]): boolean {
  const least = Math.min(...direct.map(({ cost }) => cost));
  return best !== undefined && best.cost * WORTH_WEIGHTS < least;
}
