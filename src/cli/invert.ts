/** `fwplus invert IMAGE… -o DIR` */
import { join } from 'node:path';
import { FwplusError } from '../errors.js';
import { DEFAULT_STEPS, defaultMethod, type Method } from '../inversion/method.js';
import { ensureWritableFolder } from '../io/node/files.js';
import { invertPicture } from './invert-picture.js';
import type { Options } from './options.js';
import { checkNames, fitted, nameOf, type Picture, readPicture } from './picture.js';
import { withPrograms } from './programs.js';
import { RESULT_BYTES, table, writeResults } from './results.js';
import { warnOfDomain, withSession } from './session.js';

export async function invert(options: Options): Promise<number> {
  const { images, output } = options;
  if (images.length === 0)
    throw new FwplusError('invert: no picture is given.', { hint: 'fwplus invert IMAGE… -o DIR' });
  if (output === undefined)
    throw new FwplusError('invert: no output folder is given.', { hint: 'Add -o DIR.' });
  checkNames(images);
  const folderOf = (path: string) => (images.length === 1 ? output : join(output, nameOf(path)));
  for (const path of images) await ensureWritableFolder(folderOf(path), RESULT_BYTES);
  const steps = options.steps ?? DEFAULT_STEPS;
  const read: Picture[] = [];
  for (const path of images) read.push(await readPicture(path, options));

  return withSession(options, async (session) => {
    const { model, say, signal } = session;
    const pictures = read.map((picture) => fitted(picture, model, options));
    warnOfDomain(session);
    const usual = defaultMethod(options.space, options.baseSize ?? model.baseSize);
    const method: Method = { ...usual, pnorm: options.pnorm ?? usual.pnorm };
    return withPrograms(session, method, steps, async (programs) => {
      for (const picture of pictures) {
        say(`Picture  ${picture.path}`);
        const folder = folderOf(picture.path);
        const result = await invertPicture(session, programs, picture, folder, { ...options, steps });
        if (result) {
          await writeResults(session, picture, [result], folder);
          process.stdout.write(`\n${table([result])}\n\nResults are in ${folder}\n`);
        }
        if (signal.aborted) {
          say('Interrupted and saved. The same command with --resume goes on.');
          return 130;
        }
      }
      return 0;
    });
  });
}
