/** The programs of a method, built, used and destroyed. */
import { withDisposal } from '../engine/disposal.js';
import { type BuildOptions, Inverter } from '../inversion/inverter.js';
import type { Method } from '../inversion/method.js';
import { PerceptualMeter } from '../inversion/metrics.js';
import { Renderer } from '../inversion/renderer.js';
import type { MethodPrograms } from './invert-picture.js';
import { notesOf } from './notes.js';
import type { Session } from './session.js';

export async function withPrograms<T>(
  session: Session,
  method: Method,
  options: BuildOptions,
  body: (programs: MethodPrograms) => Promise<T>,
): Promise<T> {
  const { device, model, say } = session;
  return withDisposal(async (held) => {
    const inverter = held.use(await Inverter.build(device, model, method, 1, options));
    const renderer = held.use(await Renderer.build(device, model, method, options));
    const meter = model.perceptual && held.use(await PerceptualMeter.build(device, model, method, options));
    for (const line of notesOf(session, method)) say(line);
    return body({ inverter, renderer, meter });
  });
}
