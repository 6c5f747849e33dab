/** One picture, from pixels to codes: the short way, for scripts and pages. Many pictures: keep an `Inverter`. */
import type { Device } from '../engine/device.js';
import { withDisposal } from '../engine/disposal.js';
import { type FitMode, fit } from '../io/fit.js';
import type { Image } from '../io/image.js';
import type { InversionState } from './codes.js';
import { type BuildOptions, Inverter, type RunOptions } from './inverter.js';
import { usualMethod } from './lacks.js';
import { DEFAULT_STEPS, type Method } from './method.js';
import { psnr } from './metrics.js';
import type { Model } from './model.js';
import { Renderer } from './renderer.js';
import { prepareTarget } from './target.js';

export interface InvertOptions extends Partial<RunOptions>, Omit<BuildOptions, 'like'> {
  /** F/W+ with the published weights by default, or what the model's parts allow of it: usualMethod. */
  readonly method?: Method;
  /** How a picture that is not square is made so; `crop` by default. */
  readonly fit?: FitMode;
}

export interface Inversion {
  /** Codes, history, and what it takes to go on. */
  readonly state: InversionState;
  /** What the generator makes of the codes. */
  readonly reconstruction: Image;
  /** What it was compared with: the picture at the generator's resolution. */
  readonly target: Image;
  /** In dB, 8-bit RGB. */
  readonly psnr: number;
  /** What a user may not expect of this model and method, in words. */
  readonly notes: readonly string[];
}

/**
 * Inverts one picture; leaves nothing on the device.
 * @param image any size; it is fitted into the generator's square.
 * @throws FwplusError as Inverter.build and Inverter.run do.
 */
export async function invertImage(
  device: Device,
  model: Model,
  image: Image,
  options: InvertOptions = {},
): Promise<Inversion> {
  const {
    method = usualMethod(model, 'f/w+'),
    steps = DEFAULT_STEPS,
    lowMemory,
    halfWeights,
    ...run
  } = options;
  const build = { ...(lowMemory && { lowMemory }), ...(halfWeights && { halfWeights }) };
  const target = fit(image, model.generator.resolution, options.fit ?? 'crop').image;
  return withDisposal(async (held) => {
    const inverter = held.use(await Inverter.build(device, model, method, 1, build));
    const renderer = held.use(await Renderer.build(device, model, method, build));
    const state = await inverter.run(prepareTarget(target, model, method), { ...run, steps });
    const reconstruction = await renderer.render(state.codes);
    const { notes } = inverter;
    return { state, reconstruction, target, psnr: psnr(reconstruction, target), notes };
  });
}
