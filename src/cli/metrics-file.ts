/** metrics.json: how good each method was. Methods of earlier runs on the same picture and model stay in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MethodResult } from './invert-picture.js';
import type { Picture } from './picture.js';
import type { Session } from './session.js';

interface MethodMetrics {
  /** In dB; the text "Infinity" for equal pictures, for which JSON has no number. */
  readonly psnr: number | 'Infinity';
  readonly perceptual: number;
  readonly seconds: number;
  readonly steps: number;
  /** Only where it is not the file's own. */
  readonly adapter?: string;
}

interface Metrics {
  readonly adapter: string;
  readonly model: string;
  readonly image: string;
  /** SHA-256 of the square that was inverted. */
  readonly target: string;
  readonly methods: Readonly<Record<string, MethodMetrics>>;
}

export async function metricsJson(
  { adapter, model }: Session,
  picture: Picture,
  results: readonly MethodResult[],
  folder: string,
): Promise<string> {
  const metrics: Omit<Metrics, 'methods'> = {
    adapter,
    model: model.id,
    image: picture.name,
    target: results[0]!.state.targetHash,
  };
  const methods = { ...(await earlierMethods(folder, metrics)) };
  for (const result of results) methods[result.name] = metricsOf(result);
  return `${JSON.stringify({ ...metrics, methods }, null, 2)}\n`;
}

function metricsOf({ psnr, perceptual, seconds, state }: MethodResult): MethodMetrics {
  return {
    psnr: Number.isFinite(psnr) ? rounded(psnr, 3) : 'Infinity',
    perceptual: rounded(perceptual, 5),
    seconds: rounded(seconds, 2),
    steps: state.step,
  };
}

async function earlierMethods(
  folder: string,
  { adapter, model, image, target }: Omit<Metrics, 'methods'>,
): Promise<Metrics['methods']> {
  const earlier = await readMetrics(join(folder, 'metrics.json'));
  const agree = earlier?.model === model && earlier.image === image && earlier.target === target;
  if (!agree || !earlier?.methods || earlier.adapter === undefined) return {};
  if (earlier.adapter === adapter) return earlier.methods;
  const marked = Object.entries(earlier.methods).map(([name, method]): [string, MethodMetrics] => [
    name,
    { adapter: earlier.adapter!, ...method },
  ]);
  return Object.fromEntries(marked);
}

/** Undefined where there is none, or it is none of ours: it is replaced then. */
async function readMetrics(path: string): Promise<Partial<Metrics> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<Metrics>;
  } catch {
    return undefined;
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
