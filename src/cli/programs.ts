/** The programs of a method, built, used and destroyed. */
import { Inverter } from '../inversion/inverter.js';
import type { Method } from '../inversion/method.js';
import { PerceptualMeter } from '../inversion/metrics.js';
import { Renderer } from '../inversion/renderer.js';
import type { MethodPrograms } from './invert-picture.js';
import type { Session } from './session.js';

export async function withPrograms<T>(
  { device, model, say }: Session,
  method: Method,
  body: (programs: MethodPrograms) => Promise<T>,
): Promise<T> {
  const built: { destroy(): void }[] = [];
  const keep = <P extends { destroy(): void }>(program: P): P => {
    built.push(program);
    return program;
  };
  try {
    const inverter = keep(await Inverter.build(device, model, method));
    const renderer = keep(await Renderer.build(device, model, method));
    const meter = keep(await PerceptualMeter.build(device, model, method));
    for (const note of inverter.notes) say(`Note     ${note}`);
    return await body({ inverter, renderer, meter });
  } finally {
    for (const program of built) program.destroy();
  }
}
