/**
 * The direct kernels: every output is one sum. Which of them can run a shape on an adapter, and how it is launched.
 * Every kernel of the family has the bindings and parameters of shaders/conv.wgsl.
 */
import type { AdapterFacts } from '../../../adapter.js';
import { SELDOM, threadsAtOnce } from '../cost.js';
import type { ConvolutionShape } from '../shape.js';
import { matrixPlans } from './matrix.js';
import { plainPlan } from './plain.js';
import type { DirectPlan } from './plan.js';
import { sharedPlans, splitPlans } from './shared.js';
import { subgroupPlans } from './subgroup.js';
import { texturePlans } from './texture.js';
import { tiledPlans } from './tiled.js';

/** Every direct plan that is right for a shape on an adapter, the cheapest by cost.ts first. */
export function directPlans(shape: ConvolutionShape, facts: AdapterFacts): DirectPlan[] {
  const shared = [...matrixPlans(shape, facts), ...sharedPlans(shape, facts)];
  const textures = texturePlans(shape, facts);
  const buffers = [...subgroupPlans(shape, facts.subgroupSize), ...tiledPlans(shape, threadsAtOnce(facts))];
  const seldom = textures.length > 0 ? SELDOM : 0;
  const fast = [
    ...shared.flatMap((plan) => splitPlans(shape, plan)),
    ...shared,
    ...textures,
    ...buffers.map((plan) => ({ ...plan, cost: plan.cost + seldom })),
  ];
  return [...fast.sort((one, other) => one.cost - other.cost), plainPlan(shape)];
}
