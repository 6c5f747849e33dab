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
