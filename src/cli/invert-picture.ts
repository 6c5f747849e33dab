/** One picture by one method: run or go on, show progress, save now and then, measure the result. */
import { existsSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { InversionState } from '../inversion/codes.js';
import type { Inverter } from '../inversion/inverter.js';
import { methodName } from '../inversion/method.js';
import { type PerceptualMeter, psnr } from '../inversion/metrics.js';
import type { Renderer } from '../inversion/renderer.js';
import { decodeState, encodeState, savedSeconds } from '../inversion/saved.js';
import { prepareTarget } from '../inversion/target.js';
import type { Image } from '../io/image.js';
import { readBytes, writeAtomic } from '../io/node/files.js';
import { encodePng } from '../io/png.js';
import type { Picture } from './picture.js';
import { ProgressBar } from './progress.js';
import type { Session } from './session.js';

/** Programs of one method, used for all pictures. */
export interface MethodPrograms {
  readonly inverter: Inverter;
  readonly renderer: Renderer;
  readonly meter: PerceptualMeter;
}

export interface MethodResult {
  readonly name: string;
  readonly state: InversionState;
  readonly image: Image;
  readonly psnr: number;
  readonly perceptual: number;
  readonly seconds: number;
}

const SAVE_EVERY_MS = 10000;

/** `f/w+ clip` as a part of file names. */
export function slug(name: string): string {
  return name.replace('/', '').replace('+', 'plus').replaceAll(' ', '-');
}

/** Returns undefined where it was interrupted; what was done is saved and --resume goes on from there. */
export async function invertPicture(
  session: Session,
  programs: MethodPrograms,
  picture: Picture,
  folder: string,
  { steps, resume, quiet }: { readonly steps: number; readonly resume: boolean; readonly quiet: boolean },
): Promise<MethodResult | undefined> {
  const { model, signal } = session;
  const { inverter } = programs;
  const name = methodName(inverter.method);
  const finished = join(folder, `codes.${slug(name)}.safetensors`);
  const partial = join(folder, `codes.${slug(name)}.partial.safetensors`);
  const earlier = resume ? await readEarlier([partial, finished]) : undefined;
  const before = earlier ? savedSeconds(earlier.bytes, earlier.path) : 0;
  const from = earlier && decodeState(earlier.bytes, model, earlier.path);

  const bar = new ProgressBar(name, from?.step ?? 0, quiet);
  const began = performance.now();
  const seconds = () => before + (performance.now() - began) / 1000;
  const encode = (state: InversionState) =>
    encodeState(state, model, {
      image: picture.name,
      adapter: session.adapter,
      seconds: seconds().toFixed(3),
    });
  let saved = performance.now();
  const state = await inverter.run(prepareTarget(picture.image, model, inverter.method), {
    steps,
    signal,
    ...(from && { resume: from }),
    onProgress: async (progress) => {
      bar.update(progress);
      if (performance.now() - saved < SAVE_EVERY_MS) return;
      await writeAtomic(partial, encode(await progress.state()));
      saved = performance.now();
    },
  });
  bar.end();
  if (state.step < steps) {
    await writeAtomic(partial, encode(state));
    return undefined;
  }
  const took = seconds();
  await writeAtomic(finished, encode(state));
  if (existsSync(partial)) await unlink(partial);
  const image = await programs.renderer.render(state.codes);
  await writeAtomic(join(folder, `reconstruction.${slug(name)}.png`), await encodePng(image));
  return {
    name,
    state,
    image,
    psnr: psnr(image, picture.image),
    perceptual: await programs.meter.distance(image, picture.image),
    seconds: took,
  };
}

async function readEarlier(
  paths: readonly string[],
): Promise<{ path: string; bytes: Uint8Array } | undefined> {
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : { path, bytes: await readBytes(path) };
}
