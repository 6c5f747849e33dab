/**
 * Races the plans of convolutions on this adapter and writes what is shipped for its class: src/engine/tuning/shipped.ts.
 *
 *   node dist/bench/shipped-choices.js [--models=default,paper] [--passes=3] [--seconds=N] [--adapter=name] [--dry]
 *
 * Of each shape that another plan than the preferred one is more than 10 % faster for. On software adapters processor time
 * counts, so that others at work on the machine do not; of several passes the least times. Other classes, and shapes that were not raced, stay as they are.
 * `--seconds`: in a pass over a model, no further shape is begun after so long; the heaviest come first. `--dry` writes nothing. Node only.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lower } from '../src/autograd/compile.js';
import { Lowering } from '../src/autograd/lowering.js';
import { UsageError } from '../src/cli/usage-error.js';
import { describeAdapter } from '../src/engine/adapter.js';
import { type Device, openDevice } from '../src/engine/device.js';
import { Stopwatch } from '../src/engine/measure/time-launches.js';
import { allowedPlans, type ConvolutionPlan, isWinograd } from '../src/engine/plans/convolution/plan.js';
import { adapterClass, shapeKey } from '../src/engine/tuning/keys.js';
import { SHIPPED } from '../src/engine/tuning/shipped.js';
import { type Contest, type Prepare, type Raced, tune } from '../src/engine/tuning/tuner.js';
import { loadModelFolder, PACKAGE_FOLDER } from '../src/index.node.js';
import { defaultMethod } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';
import { traceStep } from '../src/inversion/step.js';
import { leastOf } from './least-of-passes.js';
import { paperModel } from './paper-model.js';

const WORTH = 1.1;
const STEP = { batch: 1, capacity: 1, lowMemory: false };

const MODELS: Readonly<Record<string, () => Promise<Model> | Model>> = {
  default: () => loadModelFolder(),
  paper: () => paperModel({ resolution: 1024, baseSize: 16 }),
};

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: Object.keys(MODELS).join() },
    adapter: { type: 'string' },
    passes: { type: 'string', default: '3' },
    seconds: { type: 'string', default: 'Infinity' },
    dry: { type: 'boolean', default: false },
  },
});

const mostMilliseconds = 1000 * positive('--seconds', values.seconds);
const passCount = positive('--passes', values.passes);

const device = await openDevice(values.adapter ? { adapter: values.adapter } : {});
console.log(describeAdapter(device.facts));
const found: Raced[] = [];
const onRaced = (raced: Raced) => console.log(line(raced));
const prepare: Prepare = (on, launches) => Stopwatch.prepare(on, launches, processorTime);
for (const name of values.models.split(',')) {
  const contests = contestsOf(device, await MODELS[name]!());
  const passes: Raced[][] = [];
  for (let pass = 0; pass < passCount; pass++) {
    console.log(`${name}, pass ${pass + 1} of ${values.passes}`);
    passes.push(
      await tune(device, contests, { onRaced, mostMilliseconds, ...(device.facts.software && { prepare }) }),
    );
  }
  found.push(...worthwhile(device, contests, leastOf(passes)));
}
console.log(`More than ${WORTH} times as fast:`);
for (const raced of found.filter((each) => gain(each) > WORTH)) console.log(line(raced));
if (!values.dry) write(device, found);
device.destroy();

/** The convolutions of a step, in F/W+ and in W+. */
function contestsOf({ facts }: Device, model: Model): Contest[] {
  return (['f/w+', 'w+'] as const).flatMap((space) => {
    const emit = new Lowering(facts);
    const { graph } = traceStep(model, defaultMethod(space, model.baseSize), STEP);
    lower(emit, graph);
    return [...emit.convolutions.values()];
  });
}

/** Processor milliseconds of all threads: on a software adapter they are what runs the kernels. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new UsageError(`${name} is '${text}', wanted a number above 0.`);
}

/** A software adapter compiles a kernel for seconds: there, only of kernels that some preferred plan of the model runs anyway. */
function worthwhile({ facts }: Device, contests: readonly Contest[], raced: readonly Raced[]): Raced[] {
  if (!facts.software) return [...raced];
  const kernelsOf = (plan: ConvolutionPlan) =>
    JSON.stringify([plan.kernel, plan.constants, isWinograd(plan) && plan.tiling.name]);
  const plans = contests.map(({ shape }) => ({ key: shapeKey(shape), all: allowedPlans(shape, facts) }));
  const known = new Set(plans.map(({ all }) => kernelsOf(all[0]!)));
  return raced.map((each) => {
    const { all } = plans.find(({ key }) => key === each.key)!;
    const fit = all.filter((plan) => known.has(kernelsOf(plan))).map(({ name }) => name);
    const winner = [...each.milliseconds.keys()].find((name) => fit.includes(name)) ?? each.preferred;
    return { ...each, winner };
  });
}

function gain({ preferred, winner, milliseconds }: Raced): number {
  return (milliseconds.get(preferred) ?? Number.POSITIVE_INFINITY) / milliseconds.get(winner)!;
}

function line(raced: Raced): string {
  const times = [...raced.milliseconds].map(([name, time]) => `${name} ${time.toFixed(3)}`).join(', ');
  return `${raced.key}  ${gain(raced).toFixed(2)} × ${raced.preferred}: ${times}`;
}

function write({ facts }: Device, raced: readonly Raced[]): void {
  const own = { ...SHIPPED[adapterClass(facts)] };
  for (const each of raced) {
    if (gain(each) > WORTH) own[each.key] = each.winner;
    else delete own[each.key];
  }
  const classes = Object.entries({ ...SHIPPED, [adapterClass(facts)]: own }).sort();
  const text = classes.map(([name, table]) => {
    const rows = Object.entries(table).sort();
    return `  '${name}': {\n${rows.map(([key, plan]) => `    '${key}': '${plan}',\n`).join('')}  },\n`;
  });
  const source = `/**
 * Choices that come with fwplus, by class of adapter (see adapterClass): what was more than 10 % faster than the preferred plan,
 * on the one adapter of the class that was raced.
 * Written by bench/shipped-choices.ts.
 */
import type { ChoiceTable } from './choices.js';

export const SHIPPED: Readonly<Record<string, ChoiceTable>> = {
${text.join('')}};
`;
  writeFileSync(join(PACKAGE_FOLDER, 'src/engine/tuning/shipped.ts'), source);
}
