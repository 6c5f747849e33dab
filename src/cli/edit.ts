/** `fwplus edit CODES -o DIR`: pictures of changed codes, as a strip, an animation and one by one. */
import { basename, join } from 'node:path';
import { withDisposal } from '../engine/disposal.js';
import { loadModelFolder } from '../index.node.js';
import { Renderer } from '../inversion/renderer.js';
import { encodeCodes, type SavedCodes } from '../inversion/saved.js';
import { encodeApng } from '../io/apng.js';
import { decodeImage } from '../io/decode.js';
import { type Fitted, fit } from '../io/fit.js';
import type { Image } from '../io/image.js';
import { ensureWritableFolder, readBytes, writeAllAtomic } from '../io/node/files.js';
import { paste } from '../io/paste.js';
import { encodePng } from '../io/png.js';
import { resizeLanczos } from '../io/resize.js';
import { type SheetRow, sheet } from '../io/sheet.js';
import { type Frame, plannedEdit, readCodes } from './edit-frames.js';
import type { Options } from './options.js';
import { type Session, withSession } from './session.js';
import { UsageError } from './usage-error.js';

/** Pictures in one row of a strip. */
const STRIP = 11;
/** Small pictures are shown enlarged to this side. */
const SHOWN = 256;

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
  const model = await loadModelFolder(options.model);
  const saved = await readCodes(images[0]!, model);
  const { frames, title } = await plannedEdit(saved, model, options);
  const photo =
    options.paste === undefined
      ? undefined
      : await readPhoto(options.paste, model.generator.resolution, options);
  await ensureWritableFolder(output);

  return withSession(options, model, async (session) => {
    const drawn = await drawAll(session, saved, frames);
    if (!drawn) return session.interrupted(false);
    const files = await filesOf(drawn.frames, title, session, saved, options);
    if (photo) Object.assign(files, await pastedFiles(photo, drawn.frames, drawn.plain, options));
    await writeAllAtomic(
      Object.entries(files).map(([name, content]) => ({ path: join(output, name), content })),
    );
    process.stdout.write(
      `${title}: ${frames.length} pictures\nSee ${join(output, 'strip.png')} and ${join(output, 'animation.png')}\n`,
    );
    return 0;
  });
}

/** All frames, and what the codes give unchanged; undefined where it was interrupted. */
async function drawAll({ device, model, signal }: Session, saved: SavedCodes, frames: readonly Frame[]) {
  return withDisposal(async (held) => {
    const renderer = held.use(await Renderer.build(device, model, saved.method));
    const plain = await renderer.render(saved.codes);
    const drawn: Drawn[] = [];
    for (const frame of frames) {
      if (signal.aborted) return undefined;
      drawn.push({ ...frame, image: await renderer.render(frame.codes) });
    }
    return { plain, frames: drawn };
  });
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
    files[`${nameOf(at, label)}.png`] = await encodePng(image);
    if (saveCodes)
      files[`${nameOf(at, label)}.safetensors`] = encodeCodes({ codes, method }, model, {
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

async function pastedFiles(
  { whole, fitted }: Photo,
  frames: readonly Drawn[],
  plain: Image,
  { pasteMode }: Options,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const pasted = frames.map(({ image }) => paste(whole, fitted, image, plain, pasteMode));
  for (const [at, image] of pasted.entries()) {
    files[`pasted-${nameOf(at, frames[at]!.label)}.png`] = await encodePng(image);
  }
  files['pasted-animation.png'] = await encodeApng(pasted, { pingPong: true });
  return files;
}

/** Sorted by order, readable by amount: `03 -0.8`. */
function nameOf(at: number, label: string): string {
  return `${String(at).padStart(2, '0')}_${label.replaceAll(/[^\w.+-]+/g, '-')}`;
}

function enlarged(image: Image): Image {
  const factor = Math.max(1, Math.floor(SHOWN / image.width));
  return resizeLanczos(image, factor * image.width, factor * image.height);
}
