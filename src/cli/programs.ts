/** The programs of a method, built, used and destroyed. */
import { Inverter } from '../inversion/inverter.js';
import type { Method } from '../inversion/method.js';
import { PerceptualMeter } from '../inversion/metrics.js';
import { Renderer } from '../inversion/renderer.js';
import type { MethodPrograms } from './invert-picture.js';
import type { Session } from './session.js';

export async function withPrograms<T>(
  { device, model }: Session,
  method: Method,
  _steps: number,
  body: (programs: MethodPrograms) => Promise<T>,
): Promise<T> {
  const inverter = await Inverter.build(device, model, method);
  const renderer = await Renderer.build(device, model, method);
  const meter = await PerceptualMeter.build(device, model, method);
  try {
    return await body({ inverter, renderer, meter });
  } finally {
    for (const program of [inverter, renderer, meter]) program.destroy();
  }
}
