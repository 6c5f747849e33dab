/** `fwplus statistics MODEL -o FILE` */
import { basename, dirname } from 'node:path';
import { FwplusError } from '../errors.js';
import { encodePNorm } from '../inversion/pnorm-file.js';
import { DEFAULT_SAMPLES, makePNormStatistics } from '../inversion/statistics/pnorm-statistics.js';
import { ensureWritableFolder, writeAtomic } from '../io/node/files.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { CountingBar } from './progress.js';
import { withSession } from './session.js';
import { UsageError } from './usage-error.js';

export async function statistics(options: Options): Promise<number> {
  const { images, output, samples = DEFAULT_SAMPLES, seed = 0, quiet } = options;
  const example = { hint: 'fwplus statistics MODEL -o FILE.safetensors' };
  const [path, ...rest] = images;
  if (path === undefined || rest.length > 0) {
    throw new UsageError(
      `statistics: ${path === undefined ? 'no model is' : `${images.length} models are`} given, wanted one.`,
      example,
    );
  }
  if (!output?.endsWith('.safetensors')) {
    throw new UsageError(
      `statistics: ${output === undefined ? 'no output file is given' : `the output file is '${output}', wanted a name that ends with .safetensors`}.`,
      example,
    );
  }
  const model = await loadChosenModel({ ...options, model: path });
  const { generator, generatorId = model.id } = model;
  if (samples <= generator.wDim) {
    throw new FwplusError(
      `--samples is ${samples}, and the w of this generator has ${generator.wDim} numbers: more samples than that are needed.`,
      { hint: `Take ${DEFAULT_SAMPLES}, as is usual, or at least ${100 * generator.wDim}.` },
    );
  }
  await ensureWritableFolder(dirname(output), 4 * generator.wDim * (generator.wDim + 2) + 4096);

  return withSession({ ...options, model: path }, model, async ({ device, signal, interrupted }) => {
    const bar = new CountingBar('samples', quiet);
    const found = await makePNormStatistics(device, generator, {
      samples,
      seed,
      signal,
      onProgress: (done) => bar.update(done, samples),
    });
    bar.end();
    if (!found) return interrupted(false);
    const { eigenvalues } = found;
    const file = encodePNorm(found, {
      options: { samples, seed, generator: generatorId },
      source: basename(path),
      name: `P-norm+ of ${generatorId}`,
    });
    await writeAtomic(output, file);
    process.stdout.write(
      `P-norm+ statistics of ${samples} samples are in ${output}\n` +
        `Variances from ${eigenvalues[0]!.toPrecision(4)} to ${eigenvalues.at(-1)!.toPrecision(4)}, ${eigenvalues.reduce((sum, value) => sum + value, 0).toPrecision(4)} in all.\n` +
        `Use them: fwplus invert IMAGE -o DIR --model ${path} --pnorm ${output}\n`,
    );
    return 0;
  });
}
