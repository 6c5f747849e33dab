/** Module hooks: `webgpu` is what disguises it, for all but that itself. */
import type { ResolveHook } from 'node:module';

const DISGUISE = new URL('./webgpu.js', import.meta.url).href;

export const resolve: ResolveHook = (name, context, next) =>
  name === 'webgpu' && context.parentURL !== DISGUISE
    ? { url: DISGUISE, shortCircuit: true }
    : next(name, context);
