/** `npm run bench`: see bench/README.md. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { KernelCase } from '../src/autograd/measure/kernel-case.js';
import { type Results, type Row, resultsOf } from '../src/cli/bench-results.js';
import { headline, kernelTable } from '../src/cli/bench-table.js';
import { listenForInterrupts } from '../src/cli/interruption.js';
import { openChosenDevice } from '../src/cli/session.js';
import { UsageError } from '../src/cli/usage-error.js';
import { ownVersion } from '../src/cli/version.js';
import { describeAdapter } from '../src/engine/adapter.js';
import type { Device } from '../src/engine/device.js';
import { measureCeilings } from '../src/engine/measure/ceilings.js';
import type { Clock } from '../src/engine/measure/time-launches.js';
import { FwplusError } from '../src/errors.js';
import { PACKAGE_FOLDER } from '../src/index.node.js';
import { paintScene } from '../src/io/draw/scene.js';
import { ensureWritableFile, ensureWritableFolder, readBytes, writeAtomic } from '../src/io/node/files.js';
import { encodePng } from '../src/io/png.js';
import { chooseCases } from './cases/choose.js';
import { layerScene } from './charts/layers.js';
import { rooflineScene } from './charts/roofline.js';
import { compareRuns } from './compare.js';
import { type ClockName, type Options, parseOptions, USAGE } from './options.js';
import { runInChromium, servePage } from './page/serve.js';
import { installPeers, Peer } from './peer.js';
import { Own } from './rounds.js';
import { runKernels } from './run-kernels.js';
import { isStep, measureSteps, type StepRow } from './step-rows.js';
import { stepKernels, stepTable } from './step-table.js';

/** For each row: no further round after so long. */
const ROW_MS = { usual: 2000, quick: 1500, peers: 6000 };
const CEILING_MS = 4000;
const STEP_MS = 20_000;

async function main(words: readonly string[]): Promise<number> {
  try {
    return await perform(parseOptions(words));
  } catch (error) {
    if (!(error instanceof FwplusError)) throw error;
    say(`\nbench: ${error.message}${error.hint ? `\n${error.hint}` : ''}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function perform(options: Options): Promise<number> {
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.compare) {
    const [a, b] = await Promise.all(options.compare.map(readResults));
    process.stdout.write(`${compareRuns(a!, b!)}\n`);
    return 0;
  }
  if (options.page) {
    await servePage(options, say);
    return 0;
  }
  return options.chromium ? benchInChromium(options) : bench(options);
}

/** On Chromium's software adapter. */
async function benchInChromium(options: Options): Promise<number> {
  await ensureResults(options);
  const picture = join(options.charts, 'page.png');
  await report(await runInChromium(options, picture), options);
  say(`Wrote ${picture}`);
  return 0;
}

/** Better before the work than after it. */
async function ensureResults({ charts, json }: Options): Promise<void> {
  await ensureWritableFolder(charts);
  if (json) await ensureWritableFile(json);
}

async function bench(options: Options): Promise<number> {
  const cases = options.skipKernels ? [] : chooseCases(options);
  if (cases.length === 0 && !options.skipKernels) {
    throw new UsageError('There is no such kernel at such a shape.', {
      hint: 'Leave --kernels or --shapes out, or give --skip-kernels.',
    });
  }
  await ensureResults(options);
  const isCompared = options.peers.length > 0;
  if (isCompared) await installPeers(say);
  const interruption = listenForInterrupts(() =>
    say('\nStopping; what is measured is written. Ctrl-C again ends at once.'),
  );
  const device = await openChosenDevice(options.adapter, options);
  const clockName = options.clock ?? (isCompared ? 'wall' : device.hasTimestamps ? 'gpu' : 'wall');
  const adapter = { chosen: options.adapter !== undefined, name: device.facts.name };
  const peers = options.peers.map((engine) => {
    return new Peer(engine, clockName === 'processor' ? 'processor' : 'wall', adapter);
  });
  try {
    await report(await measure(device, cases, options, clockName, peers, interruption.signal), options);
  } finally {
    for (const peer of peers) peer.destroy();
    device.destroy();
    interruption.end();
  }
  return interruption.signal.aborted ? interruption.exitCode : 0;
}

const CLOCKS: Readonly<Record<ClockName, Clock>> = {
  gpu: 'gpu',
  wall: 'wall',
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3 / availableParallelism();
  },
};

async function measure(
  device: Device,
  cases: readonly KernelCase[],
  options: Options,
  clockName: ClockName,
  peers: readonly Peer[],
  signal: AbortSignal,
): Promise<Results> {
  say(`${describeAdapter(device.facts)}; clock: ${clockName}`);
  const clock = CLOCKS[clockName];
  const ceilings = await measureCeilings(device, { mostMilliseconds: CEILING_MS, clock, signal });
  const rows: (Row | StepRow)[] = [];
  const ms = options.quick ? ROW_MS.quick : ROW_MS.usual;
  const shared = { ceilings, repeats: options.repeats, signal, say };
  await runKernels(cases, new Own(device, clock), peers, {
    ...shared,
    mostMilliseconds: peers.length > 0 ? ROW_MS.peers : ms,
    onRows: (found, done) => {
      rows.push(...found);
      const [own] = found;
      if (own) say(`${done}/${cases.length}  ${own.kernel} ${own.pass} ${own.shape}  ${own.ms} ms`);
    },
  });
  for (const side of options.steps) {
    if (signal.aborted) break;
    say(`Whole steps at ${side} …`);
    try {
      rows.push(...(await measureSteps(device, side, { ...shared, mostMilliseconds: STEP_MS })));
    } catch (error) {
      if (!(error instanceof FwplusError)) throw error;
      say(`No steps at ${side}: ${error.message}`);
    }
  }
  return resultsOf(
    device.facts,
    { ...versions(peers), ...conditions(device, options, clockName) },
    ceilings,
    rows,
  );
}

function versions(peers: readonly Peer[]): Record<string, string> {
  return {
    fwplus: ownVersion(),
    webgpu: webgpuVersion(),
    node: process.versions.node,
    ...Object.fromEntries(peers.flatMap(({ engine, version }) => (version ? [[engine, version]] : []))),
  };
}

/** What else has to be the same where two runs are compared. */
function conditions({ tuning }: Device, { subgroups, repeats }: Options, clock: ClockName) {
  return {
    clock,
    repeats: String(repeats),
    ...(!subgroups && { subgroups: 'none' }),
    ...(tuning.shipped + tuning.remembered > 0 && {
      plans: `${tuning.shipped} shipped, ${tuning.remembered} remembered`,
    }),
  };
}

function webgpuVersion(): string {
  const file = join(PACKAGE_FOLDER, 'node_modules/webgpu/package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/** The table to stdout; files where they are wanted. */
async function report(results: Results, { json, charts }: Options): Promise<void> {
  const steps = results.rows.filter(isStep);
  const inversions = steps.filter(({ pass, layers }) => pass === 'invert' && layers.length > 0);
  const largest = inversions.sort((one, other) => one.ms - other.ms).at(-1);
  const parts = [
    headline(results),
    kernelTable(results),
    stepTable(steps),
    largest ? stepKernels(largest) : '',
  ];
  process.stdout.write(`\n${parts.filter(Boolean).join('\n\n')}\n`);
  if (json) await writeAtomic(json, `${JSON.stringify(results, null, 2)}\n`);
  const scenes = {
    ...(results.rows.some(({ gbs }) => gbs !== null) && { roofline: rooflineScene(results) }),
    ...(largest && { layers: layerScene(largest, results) }),
  };
  for (const [name, scene] of Object.entries(scenes)) {
    const file = join(charts, `${name}.png`);
    await writeAtomic(file, await encodePng(paintScene(scene, 2)));
    say(`Wrote ${file}`);
  }
  if (json) say(`Wrote ${json}`);
}

async function readResults(file: string): Promise<Results> {
  const text = new TextDecoder().decode(await readBytes(file));
  try {
    const results = JSON.parse(text) as Results;
    if (!Array.isArray(results.rows) || !results.ceilings) throw new Error('no rows, or no ceilings');
    return results;
  } catch (error) {
    throw new FwplusError(`${file} is no results file: ${(error as Error).message}`, {
      hint: 'Make one with npm run bench -- --json FILE.',
    });
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
