/** `fwplus start [IMAGE]`: what `npm start` shows. One picture in W+, W+ with P-norm+ clipping, and F/W+. */
import { join } from 'node:path';
import { FwplusError } from '../errors.js';
import { PACKAGE_FOLDER } from '../index.node.js';
import { defaultMethod, type Method } from '../inversion/method.js';
import type { Model } from '../inversion/model.js';
import { ensureWritableFolder } from '../io/node/files.js';
import { invertPicture, type MethodResult } from './invert-picture.js';
import type { Options } from './options.js';
import { fitted, readPicture } from './picture.js';
import { withPrograms } from './programs.js';
import { RESULT_BYTES, table, writeResults } from './results.js';
import { warnOfDomain, withSession } from './session.js';

const STEPS = 200;
const TURNED_FACE = join(PACKAGE_FOLDER, 'examples/faces/turned-20.png');

export async function start(options: Options): Promise<number> {
  const { images, output = 'out' } = options;
  if (images.length > 1) {
    throw new FwplusError('start shows one picture at a time.', {
      hint: 'For several: fwplus invert IMAGE… -o DIR',
    });
  }
  const steps = options.steps ?? STEPS;
  await ensureWritableFolder(output, RESULT_BYTES);
  const read = await readPicture(images[0] ?? TURNED_FACE, options);

  return withSession(options, async (session) => {
    const { model, say, signal } = session;
    const picture = fitted(read, model, options);
    if (images.length > 0) warnOfDomain(session);
    say(`Picture  ${picture.path}`);
    const results: MethodResult[] = [];
    for (const method of compared(model)) {
      const result = await withPrograms(session, method, steps, (programs) =>
        invertPicture(session, programs, picture, output, { ...options, steps }),
      );
      if (result) results.push(result);
      if (signal.aborted) {
        say('Interrupted and saved. The same command with --resume goes on.');
        return 130;
      }
    }
    await writeResults(session, picture, results, output);
    process.stdout.write(`\n${table(results)}\n\nSee ${join(output, 'sheet.png')}\n`);
    return 0;
  });
}

function compared(model: Model): Method[] {
  const wPlus = defaultMethod('w+', model.baseSize);
  return [wPlus, { ...wPlus, pnorm: 'clip' }, defaultMethod('f/w+', model.baseSize)];
}
