/** What an inversion is computed by, so that a resumed one can tell whether it will come to the same bytes. */
import type { Executable } from '../autograd/compile.js';
import type { AdapterFacts } from '../engine/adapter.js';
import type { Plan } from '../engine/program.js';
import { sha256 } from '../io/sha256.js';
import type { Computation } from './codes.js';

export async function computationOf(
  facts: AdapterFacts,
  programs: readonly Executable[],
): Promise<Computation> {
  const plans = programs.flatMap((program) => program.plans);
  const convolutions = programs.flatMap((program) => [...program.convolutions]);
  const { name, description, vendor, architecture, subgroupSize, matrix } = facts;
  const words = [name, description, vendor, architecture].filter((word) => word !== '');
  const dispatches = plans.map((plan) => `${kernelOf(plan)} on ${plan.workgroups.join(' × ')}`);
  return {
    adapter: [...new Set(words)].join(', '),
    subgroupSize,
    matrixUnits: matrix !== undefined,
    kernels: [...new Set(plans.map(kernelOf))].sort(),
    plans: await sha256(new TextEncoder().encode(dispatches.join('\n'))),
    choices: Object.fromEntries(convolutions.map(([key, { plan }]) => [key, plan])),
  };
}

function kernelOf({ kernel, constants }: Plan): string {
  const values = Object.keys(constants)
    .sort()
    .map((name) => `${name}=${constants[name]}`);
  return [kernel, ...values].join(' ');
}

/** In words, what of `saved` is not as it is here; empty where the same bytes will come. */
export function differencesOf(saved: Computation | undefined, here: Computation): string[] {
  if (!saved) return ['the file does not say what computed it'];
  const found: string[] = [];
  if (saved.adapter !== here.adapter)
    found.push(`it was computed on ${saved.adapter}, this is ${here.adapter}`);
  if (saved.subgroupSize !== here.subgroupSize) {
    found.push(`it was computed with ${lanes(saved.subgroupSize)}, this is with ${lanes(here.subgroupSize)}`);
  }
  if (saved.matrixUnits !== here.matrixUnits) {
    found.push(`it was computed ${units(saved)}, this is ${units(here)}`);
  }
  if (saved.plans !== here.plans) {
    const only = (a: Computation, b: Computation) =>
      a.kernels.filter((kernel) => !b.kernels.includes(kernel)).join(', ');
    const [before, now] = [only(saved, here), only(here, saved)];
    const kernels = [before && `then ${before}`, now && `now ${now}`].filter(Boolean).join('; ');
    found.push(`it was computed by other plans (${kernels || 'the same kernels, launched otherwise'})`);
  }
  return found;
}

function units({ matrixUnits }: Computation): string {
  return matrixUnits ? 'on matrix units' : 'without matrix units';
}

function lanes(size: number): string {
  return size === 0 ? 'no subgroups' : `subgroups of ${size} lanes`;
}
