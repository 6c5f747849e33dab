/** `fwplus edit CODES -o DIR`: pictures of changed codes, as a strip, an animation and one by one. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withDisposal } from '../engine/disposal.js';
import type { Model } from '../inversion/model.js';
import { Renderer } from '../inversion/renderer.js';
import { encodeCodes, type SavedCodes, savedTargetHash } from '../inversion/saved.js';
import { hashTarget, prepareTarget } from '../inversion/target.js';
import { animatePngs, encodeApng } from '../io/apng.js';
import { decodeImage } from '../io/decode.js';
import { type Fitted, fit } from '../io/fit.js';
import type { Image } from '../io/image.js';
import { readBytes, withWritableFolders, writeAllAtomic } from '../io/node/files.js';
import { paste } from '../io/paste.js';
import { encodePng } from '../io/png.js';
import { resizeLanczos } from '../io/resize.js';
import { type SheetRow, sheet } from '../io/sheet.js';
import { type Frame, plannedEdit, readCodes } from './edit-frames.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { type Session, withSession } from './session.js';
import { UsageError } from './usage-error.js';

/** Pictures in one row of a strip. */
const STRIP = 11;
/** Small pictures are shown enlarged to this side. */
const SHOWN = 256;
/** Progress is said no more often. */
const QUIET_MS = 2000;

interface Drawn extends Frame {
  readonly image: Image;
}

export async function edit(options: Options): Promise<number> {
  const { images, output } = options;
  const example = { hint: 'fwplus edit CODES -o DIR --direction NAME; names: fwplus directions' };
  if (images.length !== 1) {
    const found = images.length === 0 ? 'no file of codes is' : `${images.length} files of codes are`;
    throw new UsageError(`edit: ${found} given, wanted one.`, example);
  }
  if (output === undefined) throw new UsageError('edit: no output folder is given.', example);
  const model = await loadChosenModel(options);
  const saved = await readCodes(images[0]!, model);
  const { frames, title } = await plannedEdit(saved, model, options);
  const photo =
    options.paste === undefined
      ? undefined
      : await readPhoto(options.paste, model.generator.resolution, options);

  const work = async (session: Session) => {
    if (photo && !(await isTarget(photo, images[0]!, model, saved))) {
      session.say(
        `Note     ${options.paste}, fitted by ${options.fit}, is not exactly the picture of these codes.`,
      );
      session.say('         A copy at another size is fine; otherwise give that photo, and the same --fit.');
    }
    const drawn = await drawAll(session, saved, frames);
    if (!drawn) return session.interrupted(false);
    const files = await filesOf(drawn.frames, title, session, saved, options);
    const pasted = photo ? await pastedFiles(session, photo, drawn.frames, drawn.plain, options) : {};
    if (!pasted) return session.interrupted(false);
    Object.assign(files, pasted);
    await writeAllAtomic(
      Object.entries(files).map(([name, content]) => ({ path: join(output, name), content })),
    );
    await sayEarlier(session, output, Object.keys(files));
    process.stdout.write(
      `${title}: ${frames.length} pictures\nSee ${join(output, 'strip.png')} and ${join(output, 'animation.png')}\n`,
    );
    return 0;
  };
  return withWritableFolders([output], 0, () => withSession(options, model, work));
}

/** All frames, and what the codes give unchanged; undefined where it was interrupted. */
async function drawAll(session: Session, saved: SavedCodes, frames: readonly Frame[]) {
  const { device, model } = session;
  return withDisposal(async (held) => {
    const renderer = held.use(await Renderer.build(device, model, saved.method));
    const plain = await renderer.render(saved.codes);
    const draw = async (frame: Frame) => ({ ...frame, image: await renderer.render(frame.codes) });
    const drawn = await eachFrame(session, 'Drawing', frames, draw);
    return drawn && { plain, frames: drawn };
  });
}

/** One after the other, with progress; undefined where it was interrupted. */
async function eachFrame<T, U>(
  { signal, say }: Session,
  label: string,
  frames: readonly T[],
  make: (frame: T, at: number) => Promise<U>,
): Promise<U[] | undefined> {
  const made: U[] = [];
  let said = performance.now();
  for (const [at, frame] of frames.entries()) {
    // Signals arrive between turns of the event loop only.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return undefined;
    made.push(await make(frame, at));
    if (performance.now() - said < QUIET_MS) continue;
    say(`${label.padEnd(8)} ${at + 1}/${frames.length}`);
    said = performance.now();
  }
  return made;
}

async function filesOf(
  frames: readonly Drawn[],
  title: string,
  { model, adapter }: Session,
  { method }: SavedCodes,
  { saveCodes, images }: Options,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [at, { label, image, codes }] of frames.entries()) {
    const name = nameOf(at, label, frames.length);
    files[`${name}.png`] = await encodePng(image);
    if (saveCodes)
      files[`${name}.safetensors`] = encodeCodes({ codes, method }, model, {
        edit: `${title} ${label}`,
      });
  }
  const subtitle = `${basename(images[0]!)} on ${adapter}`;
  files['strip.png'] = await encodePng(strip(frames, title, subtitle));
  files['animation.png'] = await encodeApng(
    frames.map(({ image }) => enlarged(image)),
    { pingPong: true },
  );
  return files;
}

function strip(frames: readonly Drawn[], title: string, subtitle: string): Image {
  const rows: SheetRow[] = [];
  for (let at = 0; at < frames.length; at += STRIP) {
    rows.push({
      images: frames.slice(at, at + STRIP).map(({ image, label }) => ({ image, caption: label })),
    });
  }
  return sheet(rows, title, { subtitle, cell: 128 });
}

interface Photo {
  readonly whole: Image;
  readonly fitted: Fitted;
}

async function readPhoto(path: string, side: number, { maxPixels, fit: mode }: Options): Promise<Photo> {
  const whole = await decodeImage(await readBytes(path), { name: path, maxPixels });
  return { whole, fitted: fit(whole, side, mode) };
}

/** Whether the codes are of this very photo; also where their file does not say. */
async function isTarget(
  { fitted }: Photo,
  path: string,
  model: Model,
  { method }: SavedCodes,
): Promise<boolean> {
  const hash = savedTargetHash(await readBytes(path), path);
  return hash === undefined || hash === (await hashTarget(prepareTarget(fitted.image, model, method)));
}

/** Photos are large: one at a time is held as pixels, and each is compressed once. Undefined where it was interrupted. */
async function pastedFiles(
  session: Session,
  { whole, fitted }: Photo,
  frames: readonly Drawn[],
  plain: Image,
  { pasteMode }: Options,
): Promise<Record<string, Uint8Array> | undefined> {
  const pasted = await eachFrame(session, 'Pasting', frames, ({ image }) =>
    encodePng(paste(whole, fitted, image, plain, pasteMode)),
  );
  if (!pasted) return undefined;
  const named = pasted.map((png, at) => [`pasted-${nameOf(at, frames[at]!.label, frames.length)}.png`, png]);
  return { ...Object.fromEntries(named), 'pasted-animation.png': animatePngs(pasted, { pingPong: true }) };
}

/** Pictures of an edit, by the names that this command gives them. */
const EDITED = /^(pasted-)?\d{2,}_.+\.(png|safetensors)$|^pasted-animation\.png$/;

async function sayEarlier({ say }: Session, folder: string, written: readonly string[]): Promise<void> {
  const earlier = (await readdir(folder)).filter((name) => EDITED.test(name) && !written.includes(name));
  if (earlier.length === 0) return;
  say(`Note     ${folder} still holds ${earlier.length} files of another edit: ${earlier[0]} ...`);
}

/** Sorted by order, readable by amount: `03_-0.8`. */
function nameOf(at: number, label: string, count: number): string {
  const digits = Math.max(2, String(count - 1).length);
  return `${String(at).padStart(digits, '0')}_${label.replaceAll(/[^\w.+-]+/g, '-')}`;
}

function enlarged(image: Image): Image {
  const factor = Math.max(1, Math.floor(SHOWN / image.width));
  return resizeLanczos(image, factor * image.width, factor * image.height);
}
