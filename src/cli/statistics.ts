/** `fwplus statistics MODEL -o FILE` */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FwplusError } from '../errors.js';
import type { Model } from '../inversion/model.js';
import type { PNormStatistics } from '../inversion/pnorm.js';
import { encodePNorm } from '../inversion/pnorm-file.js';
import type { Covariance } from '../inversion/statistics/covariance.js';
import { DEFAULT_SAMPLES } from '../inversion/statistics/default-samples.js';
import { makePNormStatistics } from '../inversion/statistics/pnorm-statistics.js';
import { decodeSums, encodeSums } from '../inversion/statistics/saved-sums.js';
import { quoted } from '../io/network-file.js';
import { readBytes, withWritableFolders, writeAtomic } from '../io/node/files.js';
import { Autosave } from './autosave.js';
import { refuseUnlessTold } from './earlier.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { CountingBar } from './progress.js';
import { type Session, withSession } from './session.js';
import { UsageError } from './usage-error.js';

export async function statistics(options: Options): Promise<number> {
  const { path, output } = placesIn(options);
  const { samples = DEFAULT_SAMPLES, seed = 0 } = options;
  const model = await loadChosenModel({ ...options, model: path });
  const { generator, generatorId = model.id } = model;
  checkSamples(samples, model);
  const partial = output.replace(/safetensors$/, 'partial.safetensors');
  refuseUnlessTold(existsSync(partial) ? partial : undefined, options);
  const origin = { generator: generatorId, seed };
  const resume =
    options.resume && existsSync(partial) ? decodeSums(await readBytes(partial), origin, partial) : undefined;

  const work = async ({ device, signal, interrupted, say }: Session) => {
    if (options.restart) await rm(partial, { force: true });
    if (options.resume && !resume) say(`Note     there is no ${partial} to go on from, starting anew.`);
    const bar = new CountingBar('samples', options.quiet, resume?.count);
    const autosave = new Autosave((line) => process.stderr.write(`\nWarning  ${line}\n`));
    let made: Covariance | undefined;
    const save = (sums: Covariance) => writeAtomic(partial, encodeSums(sums, origin));
    const found = await makePNormStatistics(device, generator, {
      samples,
      seed,
      resume,
      signal,
      onProgress: async (covariance) => {
        made = covariance;
        bar.update(covariance.count, samples);
        await autosave.due(() => covariance, save);
      },
    });
    bar.end();
    if (!found) {
      if (made) await save(made);
      return interrupted(existsSync(partial));
    }
    const content = encodePNorm(found, {
      options: { samples, ...origin },
      source: basename(path),
      name: `P-norm+ of ${generatorId}`,
    });
    await writeAtomic(output, content);
    await rm(partial, { force: true });
    report(found, samples, path, output);
    return 0;
  };
  return withWritableFolders([dirname(output)], 8 * (generator.wDim + 2) ** 2, () =>
    withSession({ ...options, model: path }, model, work),
  );
}

function placesIn({ images, output }: Options): { readonly path: string; readonly output: string } {
  const [path, ...rest] = images;
  const wrong = (found: string) =>
    new UsageError(`statistics: ${found}.`, { hint: 'fwplus statistics MODEL -o FILE.safetensors' });
  if (path === undefined) throw wrong('no model is given');
  if (rest.length > 0) throw wrong(`${images.length} models are given, wanted one`);
  if (output === undefined) throw wrong('no output file is given');
  if (output.endsWith('.safetensors')) return { path, output };
  throw wrong(`the output file is '${output}', wanted a name that ends with .safetensors`);
}

function checkSamples(samples: number, { generator: { wDim } }: Model): void {
  if (samples > wDim) return;
  throw new FwplusError(
    `--samples is ${samples}, and the w of this generator has ${wDim} numbers: more samples than that are needed.`,
    { hint: `Take ${DEFAULT_SAMPLES}, as is usual, or at least ${100 * wDim}.` },
  );
}

function report({ eigenvalues }: PNormStatistics, samples: number, path: string, output: string): void {
  const [largest, smallest] = [eigenvalues[0]!, eigenvalues.at(-1)!].map((value) => value.toPrecision(4));
  const all = eigenvalues.reduce((sum, value) => sum + value, 0).toPrecision(4);
  process.stdout.write(
    `P-norm+ statistics of ${samples} samples are in ${output}\n` +
      `Variances from ${largest} to ${smallest}, ${all} in all.\n` +
      `Use them: fwplus invert IMAGE -o DIR --model ${quoted(path)} --pnorm ${quoted(output)}\n`,
  );
}
