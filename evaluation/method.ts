/** One method on all faces: what is known of it is kept, the rest inverted, then judged. */
import type { Device } from '../src/engine/device.js';
import { Inverter } from '../src/inversion/inverter.js';
import { type Method, methodName } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';
import { type FacesUnder, hasCodes, type Inversion, readInversions } from './codes.js';
import type { Earlier } from './earlier.js';
import type { FaceSet } from './faces.js';
import { batchesOf, invertBatch, stepOf } from './inverting.js';
import { Judge } from './judging.js';
import type { EvaluationOptions } from './options.js';
import type { Progress } from './progress.js';
import type { EditRow, Row, Shown } from './rows.js';
import type { Scorer } from './scorer.js';

/** What every part of one evaluation shares. */
export interface Evaluation {
  readonly device: Device;
  readonly model: Model;
  readonly faces: FaceSet;
  readonly options: EvaluationOptions;
  readonly signal: AbortSignal;
  readonly scorer: Scorer;
  readonly progress: Progress;
  /** With --resume. */
  readonly earlier: Earlier | undefined;
  readonly findings: Findings;
}

/** In the order in which they were made. */
export interface Findings {
  readonly rows: Row[];
  readonly edits: EditRow[];
  readonly shown: Shown[];
}

interface Begun extends FacesUnder {
  readonly inversions: readonly Inversion[];
}

/** Adds to the findings, as far as it comes before it is interrupted. */
export async function evaluateMethod(evaluation: Evaluation, method: Method): Promise<void> {
  const { device, model, options, signal, scorer, progress } = evaluation;
  const { steps } = options;
  const sets = await begin(evaluation, method);
  if (sets.length === 0) return;
  const batches = batchesOf(
    sets.flatMap(({ inversions }) => inversions),
    steps,
    options.batch,
  );
  const most = Math.max(0, ...batches.map(({ length }) => length));
  const inverter = most > 0 ? await Inverter.build(device, model, method, most) : undefined;
  try {
    const judge = await Judge.build(device, model, method, scorer);
    try {
      await judgeComplete(evaluation, judge, sets);
      for (const batch of batches) {
        if (signal.aborted) return;
        progress.begin(labelOf(method, batch), stepOf(batch[0]!));
        await invertBatch(inverter!, batch, { steps, signal, onProgress: (each) => progress.update(each) });
        await judgeComplete(evaluation, judge, sets);
      }
    } finally {
      judge.destroy();
    }
  } finally {
    inverter?.destroy();
  }
}

/** Adds the rows that are known and whose codes are gone; all other faces, as far as their codes are there. */
async function begin(
  { model, faces, options, progress, earlier, findings }: Evaluation,
  method: Method,
): Promise<Begun[]> {
  const { output: folder, steps, images: count, resume } = options;
  const name = methodName(method);
  const sets: Begun[] = [];
  for (const transform of options.transforms) {
    const known = hasCodes(folder, name, transform) ? undefined : earlier?.of({ method: name, transform });
    if (known) {
      progress.found(count);
      findings.rows.push(known.row);
      findings.edits.push(...known.edits);
      continue;
    }
    const images = faces.images(transform).slice(0, count);
    const set = { transform, images };
    const inversions = await readInversions(model, method, set, { folder, steps, resume });
    for (const each of inversions) progress.found(stepOf(each) / steps);
    sets.push({ ...set, inversions });
  }
  return sets;
}

/** Judges the sets whose every face has its steps, and takes them out. */
async function judgeComplete(
  { options, signal, findings }: Evaluation,
  judge: Judge,
  sets: Begun[],
): Promise<void> {
  const complete = sets.filter(({ inversions }) => inversions.every((each) => stepOf(each) >= options.steps));
  for (const set of complete) {
    if (signal.aborted) return;
    const { transform, images, inversions } = set;
    const states = inversions.map(({ state }) => state!);
    findings.rows.push(await judge.reconstruction(images, states, transform));
    findings.edits.push(...(await judge.edits(states, transform)));
    findings.shown.push(await judge.shown(images[0]!, states[0]!, transform));
    sets.splice(sets.indexOf(set), 1);
  }
}

function labelOf(method: Method, batch: readonly Inversion[]): string {
  const [first, ...others] = new Set(batch.map(({ transform }) => transform));
  return `${methodName(method)} ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}
