/** `fwplus directions`, `fwplus directions sefa` */
import { dirname } from 'node:path';
import { encodeDirections } from '../inversion/editing/directions-file.js';
import { spell } from '../inversion/editing/rows.js';
import { sefa } from '../inversion/editing/sefa.js';
import type { Model } from '../inversion/model.js';
import { ensureWritableFolder, writeAtomic } from '../io/node/files.js';
import { columns } from './columns.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { UsageError } from './usage-error.js';

export async function directions(options: Options): Promise<number> {
  const [kind, ...rest] = options.images;
  if (rest.length > 0 || (kind !== undefined && kind !== 'sefa')) {
    throw new UsageError(`directions: there is no '${[kind, ...rest].join(' ')}'.`, {
      hint: 'fwplus directions, or fwplus directions sefa -o FILE',
    });
  }
  const model = await loadChosenModel(options);
  return kind === 'sefa' ? makeSefa(model, options) : list(model);
}

function list({ id, directions }: Model): number {
  if (directions.length === 0) {
    process.stdout.write(`${id} has no named directions. Make some with: fwplus directions sefa -o FILE\n`);
    return 0;
  }
  const rows = directions.map(
    ({ name, rows, description }) => `${name.padEnd(14)} rows ${spell(rows).padEnd(6)} ${description}`,
  );
  process.stdout.write(`Directions of ${id}:\n\n${rows.join('\n')}\n`);
  return 0;
}

async function makeSefa(model: Model, { output, rows, count }: Options): Promise<number> {
  if (output === undefined) {
    throw new UsageError('directions sefa: no output file is given.', {
      hint: 'fwplus directions sefa -o FILE.safetensors',
    });
  }
  if (!output.endsWith('.safetensors')) {
    throw new UsageError(`directions sefa: the output file is '${output}'.`, {
      hint: 'Give it a name that ends with .safetensors, by which --direction knows it.',
    });
  }
  await ensureWritableFolder(dirname(output));
  const { generator, baseSize } = model;
  const range = rows ?? { from: generator.firstRow(baseSize), to: generator.rows - 1 };
  const found = sefa(model, range).slice(0, count);
  await writeAtomic(output, encodeDirections(found));
  const table = columns([
    ['direction', 'eigenvalue'],
    ...found.map(({ name, eigenvalue }) => [name, eigenvalue.toPrecision(4)]),
  ]);
  process.stdout.write(
    `${table}\n\n${found.length} directions of rows ${spell(range)} are in ${output}\nUse one: fwplus edit CODES -o DIR --direction ${output}:sefa-0\n`,
  );
  return 0;
}
