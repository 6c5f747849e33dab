/** `fwplus start [IMAGE]`: what `npm start` shows. One picture in W+, W+ with P-norm+ clipping, and F/W+, and its edits. */
import { join } from 'node:path';
import { applyDirections, type Move } from '../inversion/editing/edit.js';
import { sefa } from '../inversion/editing/sefa.js';
import { usualMethod } from '../inversion/lacks.js';
import type { Method } from '../inversion/method.js';
import type { Model } from '../inversion/model.js';
import type { Image } from '../io/image.js';
import { withWritableFolders } from '../io/node/files.js';
import { PACKAGE_FOLDER } from '../io/node/package-folder.js';
import { checkPartials, earlierComputation, removePartials } from './earlier.js';
import { invertPicture, isFinished, type MethodResult } from './invert-picture.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { readPicture } from './picture.js';
import { withPrograms } from './programs.js';
import { RESULT_BYTES, table, writeResults } from './results.js';
import { type Session, warnOfDomain, withSession } from './session.js';
import { UsageError } from './usage-error.js';

/** Twice the published rate: as close after 100 steps as at that rate after 150, and done sooner. */
const DEMONSTRATION = { steps: 100, learningRate: 0.02 };
const SHOWN = [
  { name: 'smile', label: 'Smiling', amount: 2 },
  { name: 'age', label: 'Older', amount: 2 },
  { name: 'glasses', label: 'Glasses', amount: 2 },
];
const TURNED_FACE = join(PACKAGE_FOLDER, 'examples/faces/turned-20.png');

export async function start(options: Options): Promise<number> {
  const { images, output = 'out' } = options;
  if (images.length > 1) {
    throw new UsageError('start shows one picture at a time.', {
      hint: 'For several: fwplus invert IMAGE… -o DIR',
    });
  }
  const steps = options.steps ?? DEMONSTRATION.steps;
  const model = await loadChosenModel(options);
  const methods = compared(model);
  const picture = await readPicture(images[0] ?? TURNED_FACE, model, options);
  checkPartials([output], methods, options);

  const work = async (session: Session) => {
    const { say, signal, interrupted, device } = session;
    device.constants.keepsUnused = true; // the methods run the same networks one after another
    if (images.length > 0) warnOfDomain(session);
    say(`Picture  ${picture.path}`);
    say(
      `Steps    ${steps} a method, at a learning rate of ${DEMONSTRATION.learningRate}, twice the published one (invert takes that)`,
    );
    if (options.restart) await removePartials([output], methods);
    const moves = shownEdits(model);
    const edits = moves.map(({ label }) => ({ label, images: [] as Image[] }));
    const results: MethodResult[] = [];
    for (const method of methods) {
      if (signal.aborted) return interrupted(results.length > 0);
      const like = options.resume ? await earlierComputation([output], method, model, steps) : undefined;
      const result = await withPrograms(session, method, { like }, async (programs) => {
        device.constants.releaseUnused();
        const found = await invertPicture(session, programs, picture, output, { ...options, steps });
        if (!isFinished(found)) return found;
        for (const [at, { direction, amount }] of moves.entries()) {
          const edited = applyDirections(found.state.codes, model, method, [{ direction, amount }]);
          edits[at]!.images.push(await programs.renderer.render(edited));
        }
        return found;
      });
      if (!isFinished(result)) return interrupted(result.saved || results.length > 0);
      results.push(result);
    }
    const title = `One ${images.length > 0 ? 'picture' : 'face'}, ${methods.length === 3 ? 'three' : 'two'} latent spaces`;
    await writeResults(session, picture, results, output, title, edits);
    process.stdout.write(`\n${table(results)}\n\nSee ${join(output, 'sheet.png')}\n`);
    return 0;
  };
  return withWritableFolders([output], methods.length * RESULT_BYTES, () =>
    withSession(options, model, work),
  );
}

/** Without P-norm+ statistics nothing can be clipped; the notes on F/W+ say so. */
function compared(model: Model): Method[] {
  const { learningRate } = DEMONSTRATION;
  const wPlus: Method = { ...usualMethod(model, 'w+'), learningRate };
  const clipped: Method[] = model.pnorm ? [{ ...wPlus, pnorm: 'clip' }] : [];
  return [wPlus, ...clipped, { ...usualMethod(model, 'f/w+'), learningRate }];
}

/** Edits that show well, of the model's own directions; the first two of its weights (SeFa) where it has none. */
function shownEdits(model: Model): (Move & { readonly label: string })[] {
  const named = SHOWN.flatMap(({ name, ...shown }) => {
    const direction = model.directions.find((each) => each.name === name);
    return direction ? [{ ...shown, direction }] : [];
  });
  if (named.length > 0) return named;
  const rows = { from: model.generator.firstRow(model.baseSize), to: model.generator.rows - 1 };
  return sefa(model, rows)
    .slice(0, 2)
    .map((direction) => ({ label: `${direction.name}, +3`, direction, amount: 3 }));
}
