/**
 * The evaluation with ground truth: held-out faces under known transforms, inverted by several methods, then edited.
 *
 *   npm run evaluate -- --json FILE [--full] [--images N] [--steps N] [--methods A,B] [--transforms A,B] [--batch N]
 *                       [--resume | --restart] [-o DIR]
 *
 * See evaluation/README.md. Node only.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { refuseUnlessTold, spelt } from '../src/cli/earlier.js';
import { listenForInterrupts } from '../src/cli/interruption.js';
import { openChosenDevice } from '../src/cli/session.js';
import { UsageError } from '../src/cli/usage-error.js';
import { describeAdapter } from '../src/engine/adapter.js';
import type { Device } from '../src/engine/device.js';
import { FwplusError } from '../src/errors.js';
import { loadModelFolder, PACKAGE_FOLDER } from '../src/index.node.js';
import { methodName } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';
import { ensureWritableFolder, readBytes, writeAllAtomic } from '../src/io/node/files.js';
import { encodePng } from '../src/io/png.js';
import { hasCodes, unfinishedCodes } from './codes.js';
import { type Conditions, Earlier, isOf, type Pair } from './earlier.js';
import { EVALUATION_FOLDER, type FaceSet, readFaces } from './faces.js';
import { figure } from './figure.js';
import { evaluateMethod, type Findings } from './method.js';
import { type EvaluationOptions, methodsFor, parseEvaluation } from './options.js';
import { Progress } from './progress.js';
import { Scorer } from './scorer.js';
import { editTable, reconstructionTable } from './table.js';

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    return await evaluate(words);
  } catch (error) {
    if (!(error instanceof FwplusError)) throw error;
    process.stderr.write(`\nevaluation: ${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function evaluate(words: readonly string[]): Promise<number> {
  const model = await loadModelFolder();
  const faces = await readFaces(model.generator.resolution);
  const options = parseEvaluation(words, model, faces);
  refuseUnlessTold(await unfinishedCodes(options), options);
  await ensureWritableFolder(options.output);
  if (options.json !== undefined) await ensureWritableFolder(dirname(options.json));
  const interruption = listenForInterrupts(() =>
    process.stderr.write('\nStopping after the steps in flight; press Ctrl-C again to stop at once.\n'),
  );
  const device = await openChosenDevice(options.adapter);
  try {
    const findings = await evaluateAll(device, model, faces, options, interruption.signal);
    await report(findings, device, model, faces, options);
    if (!interruption.signal.aborted) return 0;
    process.stderr.write(`Interrupted and saved. The same command with ${spelt('--resume')} goes on.\n`);
    return interruption.exitCode;
  } finally {
    device.destroy();
  }
}

/** As far as it comes before it is interrupted. */
async function evaluateAll(
  device: Device,
  model: Model,
  faces: FaceSet,
  options: EvaluationOptions,
  signal: AbortSignal,
): Promise<Findings> {
  const findings: Findings = { rows: [], edits: [], shown: [] };
  const earlier = options.resume
    ? await Earlier.read(
        jsonOf(options),
        conditionsOf(device, model, options),
        pairsOf(options).filter(({ method, transform }) => hasCodes(options.output, method, transform)),
      )
    : undefined;
  const scorer = await Scorer.build(
    device,
    await readBytes(join(EVALUATION_FOLDER, 'scorer.safetensors')),
    2,
  );
  const progress = new Progress(options);
  const evaluation = { device, model, faces, options, signal, scorer, progress, earlier, findings };
  try {
    for (const method of options.methods) {
      if (!signal.aborted) await evaluateMethod(evaluation, method);
    }
  } finally {
    progress.end();
    scorer.destroy();
  }
  // What an earlier run found and this one was not asked for, or did not come to.
  const rest = earlier?.besides(findings.rows) ?? { rows: [], edits: [] };
  const order = orderOf(pairsOf({ methods: methodsFor(model), transforms: faces.transforms }));
  return {
    rows: order([...findings.rows, ...rest.rows]),
    edits: order([...findings.edits, ...rest.edits]),
    shown: order(findings.shown),
  };
}

function pairsOf({ methods, transforms }: Pick<EvaluationOptions, 'methods' | 'transforms'>): Pair[] {
  return methods.flatMap((each) => transforms.map((transform) => ({ method: methodName(each), transform })));
}

/** By method, then by transform; what is of one pair stays as it was. */
function orderOf(pairs: readonly Pair[]) {
  const place = (row: Pair) => pairs.findIndex((pair) => isOf(pair, row));
  return <T extends Pair>(rows: readonly T[]): T[] =>
    [...rows].sort((one, other) => place(one) - place(other));
}

async function report(
  { rows, edits, shown }: Findings,
  device: Device,
  model: Model,
  faces: FaceSet,
  options: EvaluationOptions,
): Promise<void> {
  if (rows.length === 0) return;
  const { output, steps, images } = options;
  const { adapter, ...conditions } = conditionsOf(device, model, options);
  const json = jsonOf(options);
  const { version } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8'));
  const found = {
    adapter,
    driver: device.facts.description,
    date: new Date().toISOString().slice(0, 10),
    versions: { fwplus: version, node: process.version },
    ...conditions,
    complete: pairsOf({ methods: methodsFor(model), transforms: faces.transforms }).every((pair) =>
      rows.some((row) => isOf(pair, row)),
    ),
    rows,
    edits,
  };
  const subtitle = `${steps} steps a method on ${adapter}; ${model.id}`;
  const picture = { path: join(output, 'figure.png'), content: await encodePng(figure(shown, subtitle)) };
  const content = `${JSON.stringify(found, null, 1)}\n`;
  await writeAllAtomic([...(shown.length > 0 ? [picture] : []), { path: json, content }]);
  process.stdout.write(
    `\n${images} faces, ${steps} steps\n\n${reconstructionTable(rows, faces.transforms)}\n`,
  );
  if (edits.length > 0) process.stdout.write(`\n${editTable(edits, faces.transforms)}\n`);
  process.stdout.write(`\nSee ${shown.length > 0 ? `${picture.path} and ` : ''}${json}\n`);
}

function conditionsOf({ facts }: Device, { id }: Model, { images, steps }: EvaluationOptions): Conditions {
  return { adapter: describeAdapter(facts), model: id, images, steps };
}

function jsonOf({ json, output }: EvaluationOptions): string {
  return json ?? join(output, 'evaluation.json');
}
