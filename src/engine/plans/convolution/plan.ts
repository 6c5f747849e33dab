/** Which convolution kernels run a shape on an adapter: plain data, made without a GPU. */
import type { AdapterFacts } from '../../adapter.js';
import { choosePlan, NO_CHOICES, type PlanChoices } from '../../tuning/choices.js';
import { shapeKey } from '../../tuning/keys.js';
import { type DirectPlan, directPlans } from './direct.js';
import type { ConvolutionShape } from './shape.js';
import { type WinogradPlan, winogradPlans } from './winograd.js';

export type ConvolutionPlan = DirectPlan | WinogradPlan;

export function isWinograd(plan: ConvolutionPlan): plan is WinogradPlan {
  return 'tile' in plan;
}

/** The plan that `choices` name for a shape, else the preferred one. */
export function planConvolution(
  shape: ConvolutionShape,
  facts: AdapterFacts,
  choices: PlanChoices = NO_CHOICES,
): ConvolutionPlan {
  return choosePlan(convolutionPlans(shape, facts), convolutionKey(shape, 'any'), choices);
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
