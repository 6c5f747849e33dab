/** Which convolution kernels run a shape on an adapter: plain data, made without a GPU. */
import type { AdapterFacts } from '../../adapter.js';
import { type DirectPlan, directPlans } from './direct.js';
import type { ConvolutionShape } from './shape.js';
import { type WinogradPlan, winogradPlans } from './winograd.js';

export type ConvolutionPlan = DirectPlan | WinogradPlan;

export function isWinograd(plan: ConvolutionPlan): plan is WinogradPlan {
  return 'tile' in plan;
}

export function planConvolution(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan {
  return convolutionPlans(shape, facts)[0]!;
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
