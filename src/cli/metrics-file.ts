/** metrics.json: how good each method was. Methods of earlier runs on the same picture and model stay in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MethodResult } from './invert-picture.js';
import type { Picture } from './picture.js';
import type { Session } from './session.js';

interface MethodMetrics {
  /** In dB; the text "Infinity" for equal pictures, for which JSON has no number. */
  readonly psnr: number | 'Infinity';
  /** Left out where the model has no perceptual network. */
  readonly perceptual?: number;
  readonly seconds: number;
  readonly steps: number;
  /** What the model lacked; left out where that is nothing. */
  readonly notes?: readonly string[];
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

export interface MetricsFile {
  readonly json: string;
  /** Methods of an earlier run of another picture, or model, whose other files stay where they are. */
  readonly strangers: readonly string[];
}

export async function metricsFile(
  { adapter, model }: Pick<Session, 'adapter' | 'model'>,
  picture: Pick<Picture, 'name'>,
  results: readonly Pick<MethodResult, 'name' | 'psnr' | 'perceptual' | 'seconds' | 'state' | 'notes'>[],
  folder: string,
): Promise<MetricsFile> {
  const target = results[0]!.state.targetHash;
  const own = { adapter, model: model.id, image: picture.name, target };
  const earlier = await readMetrics(join(folder, 'metrics.json'));
  const agrees = earlier?.model === own.model && earlier.image === own.image && earlier.target === target;
  const methods: Record<string, MethodMetrics> = agrees ? methodsOf(earlier, adapter) : {};
  for (const result of results) methods[result.name] = metricsOf(result);
  const strangers = agrees ? [] : Object.keys(earlier?.methods ?? {}).filter((name) => !(name in methods));
  return { json: `${JSON.stringify({ ...own, methods }, null, 2)}\n`, strangers };
}

function metricsOf({
  psnr,
  perceptual,
  seconds,
  state,
  notes,
}: Pick<MethodResult, 'psnr' | 'perceptual' | 'seconds' | 'state' | 'notes'>): MethodMetrics {
  return {
    psnr: Number.isFinite(psnr) ? rounded(psnr, 3) : 'Infinity',
    ...(perceptual !== undefined && { perceptual: rounded(perceptual, 5) }),
    seconds: rounded(seconds, 2),
    steps: state.step,
    ...(notes.length > 0 && { notes }),
  };
}

/** The methods of an earlier file, each with its adapter where that is another one. */
function methodsOf(earlier: Partial<Metrics>, adapter: string): Record<string, MethodMetrics> {
  const mark = earlier.adapter && earlier.adapter !== adapter ? { adapter: earlier.adapter } : {};
  const methods = Object.entries(earlier.methods ?? {});
  return Object.fromEntries(methods.map(([name, method]) => [name, { ...mark, ...method }]));
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
