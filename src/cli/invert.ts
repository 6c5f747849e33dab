/** `fwplus invert IMAGE… -o DIR` */
import { join } from 'node:path';
import { usualMethod } from '../inversion/lacks.js';
import { DEFAULT_STEPS, type Method } from '../inversion/method.js';
import { withWritableFolders } from '../io/node/files.js';
import { checkPartials, earlierComputation, removePartials } from './earlier.js';
import { invertPicture, isFinished } from './invert-picture.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { checkNames, nameOf, readPictures } from './picture.js';
import { profileTable } from './profile.js';
import { withPrograms } from './programs.js';
import { RESULT_BYTES, table, writeResults } from './results.js';
import { type Session, warnOfDomain, withSession } from './session.js';
import { UsageError } from './usage-error.js';

export async function invert(options: Options): Promise<number> {
  const { images, output } = options;
  const example = { hint: 'fwplus invert IMAGE… -o DIR' };
  if (images.length === 0) throw new UsageError('invert: no picture is given.', example);
  if (output === undefined) throw new UsageError('invert: no output folder is given.', example);
  checkNames(images);
  const steps = options.steps ?? DEFAULT_STEPS;
  const model = await loadChosenModel(options);
  const usual = usualMethod(model, options.space, options.baseSize);
  const method: Method = { ...usual, pnorm: options.pnorm ?? usual.pnorm };
  const pictures = await readPictures(images, model, options);
  const folders = images.map((path) => join(output, nameOf(path)));
  checkPartials(folders, [method], options);
  const work = async (session: Session) => {
    const { say, signal, interrupted } = session;
    warnOfDomain(session);
    const like = options.resume ? await earlierComputation(folders, method, model, steps) : undefined;
    const { lowMemory, halfWeights } = options;
    return withPrograms(session, method, { like, lowMemory, halfWeights }, async (programs) => {
      if (options.restart) await removePartials(folders, [method]);
      for (const [at, picture] of pictures.entries()) {
        const folder = folders[at]!;
        if (signal.aborted) return interrupted(at > 0);
        say(`Picture  ${picture.path}`);
        const result = await invertPicture(session, programs, picture, folder, { ...options, steps });
        if (!isFinished(result)) return interrupted(result.saved || at > 0);
        await writeResults(session, picture, [result], folder, `Inversion of ${picture.name}`);
        process.stdout.write(`\n${table([result])}\n\nResults are in ${folder}\n`);
      }
      if (options.profile) process.stdout.write(`\n${await profileTable(session, programs.inverter)}\n`);
      return 0;
    });
  };
  return withWritableFolders(folders, RESULT_BYTES * folders.length, () => withSession(options, model, work));
}
