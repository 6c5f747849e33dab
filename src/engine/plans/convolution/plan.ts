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

export function allowedPlans(shape: ConvolutionShape, allowed: Allowed, facts: AdapterFacts) {
  return allowed === 'any' ? convolutionPlans(shape, facts) : directPlans(shape, facts);
}

/** What choices are kept by. */
export function convolutionKey(shape: ConvolutionShape, allowed: Allowed): string {
  return `${allowed === 'any' ? '' : `${allowed} `}${shapeKey(shape)}`;
}

/** Every plan that is right for a shape on an adapter, the preferred one first. */
export function convolutionPlans(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan[] {
  const direct = directPlans(shape, facts);
  const winograd = winogradPlans(shape, facts);
  const [preferred] = winograd;
  return preferred && pays(shape, preferred) ? [...winograd, ...direct] : [...direct, ...winograd];
}

/** Measured on a software adapter: with few tiles or few channels the transforms cost more than the products they save. */
function pays(
  { batch, inChannels, outChannels }: ConvolutionShape,
  { tilesY, tilesX }: WinogradPlan,
): boolean {
  return batch * tilesY * tilesX >= 16 && Math.min(inChannels, outChannels) >= 16;
}
