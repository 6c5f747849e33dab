/** One picture by one method: run or go on, show progress, save now and then, measure the result. */
import type { InversionState } from '../inversion/codes.js';
import type { Inverter } from '../inversion/inverter.js';
import { methodName } from '../inversion/method.js';
import { type PerceptualMeter, psnr } from '../inversion/metrics.js';
import type { Renderer } from '../inversion/renderer.js';
import { decodeState, encodeState, savedSeconds } from '../inversion/saved.js';
import { prepareTarget } from '../inversion/target.js';
import type { Image } from '../io/image.js';
import { writeAtomic } from '../io/node/files.js';
import { Autosave } from './autosave.js';
import { partialPath, readEarlier } from './earlier.js';
import type { Picture } from './picture.js';
import { ProgressBar } from './progress.js';
import type { Session } from './session.js';

/** Programs of one method, used for all pictures. */
export interface MethodPrograms {
  readonly inverter: Inverter;
  readonly renderer: Renderer;
  /** Undefined where the model has no perceptual network. */
  readonly meter: PerceptualMeter | undefined;
}

export interface MethodResult {
  readonly name: string;
  readonly state: InversionState;
  /** The state as a file. */
  readonly codes: Uint8Array;
  readonly image: Image;
  readonly psnr: number;
  readonly perceptual: number | undefined;
  readonly seconds: number;
  /** What the model lacks for the published method. */
  readonly notes: readonly string[];
}

/** Interrupted; `saved` where a file to go on from is there. */
export interface Unfinished {
  readonly saved: boolean;
}

interface RunOptions {
  readonly steps: number;
  readonly resume: boolean;
  readonly quiet: boolean;
}

/**
 * Whatever it did is saved in the folder as a partial file, a whole inversion, too: `writeResults` puts the finished one
 * in its place, together with all that belongs to it.
 */
export async function invertPicture(
  session: Session,
  programs: MethodPrograms,
  picture: Picture,
  folder: string,
  { steps, resume, quiet }: RunOptions,
): Promise<MethodResult | Unfinished> {
  const { model, signal, say } = session;
  const { inverter } = programs;
  const { method } = inverter;
  const name = methodName(method);
  const partial = partialPath(folder, method);
  const earlier = resume ? await readEarlier(folder, method) : undefined;
  if (resume && !earlier) say(`Note     ${name}: nothing to go on from in ${folder}, starting anew.`);
  const before = earlier ? savedSeconds(earlier.bytes, earlier.path) : 0;
  const from = earlier && decodeState(earlier.bytes, model, earlier.path);
  if (from && from.step < steps) {
    const differences = inverter.differences(from);
    for (const difference of differences) say(`Note     ${earlier.path}: ${difference}.`);
    if (differences.length > 0)
      say('         Going on, but not to the same bytes as one whole run would have.');
  }

  const bar = new ProgressBar(name, from?.step ?? 0, quiet);
  const began = performance.now();
  const seconds = () => before + (performance.now() - began) / 1000;
  const encode = (state: InversionState) =>
    encodeState(state, model, {
      image: picture.name,
      adapter: session.adapter,
      seconds: seconds().toFixed(3),
    });
  const autosave = new Autosave((line) => process.stderr.write(`\nWarning  ${line}\n`));
  const state = await inverter.run(prepareTarget(picture.image, model, method), {
    steps,
    signal,
    ...(from && { resume: from }),
    onProgress: async (progress) => {
      bar.update(progress);
      await autosave.due(progress.state, (made) => writeAtomic(partial, encode(made)));
    },
  });
  bar.end();
  const isNew = state.step > (from?.step ?? 0);
  const took = isNew ? seconds() : before;
  const codes = isNew || !earlier ? encode(state) : earlier.bytes;
  if (isNew) await writeAtomic(partial, codes);
  if (state.step < steps) return { saved: isNew || from !== undefined };
  const image = await programs.renderer.render(state.codes);
  return {
    name,
    state,
    codes,
    image,
    psnr: psnr(image, picture.image),
    perceptual: await programs.meter?.distance(image, picture.image),
    seconds: took,
    notes: inverter.notes,
  };
}

export function isFinished(result: MethodResult | Unfinished): result is MethodResult {
  return 'state' in result;
}
