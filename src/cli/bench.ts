/** `fwplus bench`: how fast convolutions of one's own shapes run here, beside what the adapter can do at most. */
import { convolutionCase } from '../autograd/measure/convolution-case.js';
import type { Pass } from '../autograd/measure/kernel-case.js';
import { measureCeilings } from '../engine/measure/ceilings.js';
import { timeLaunches } from '../engine/measure/time-launches.js';
import { ensureWritableFile, writeAtomic } from '../io/node/files.js';
import { type Row, resultsOf, rowOf } from './bench-results.js';
import { headline, kernelTable } from './bench-table.js';
import type { Options } from './options.js';
import { openChosenDevice } from './session.js';
import { UsageError } from './usage-error.js';
import { ownVersion } from './version.js';

const CEILING_MS = 3000;
const ROW_MS = 3000;
const PASSES: readonly Pass[] = ['forward', 'data-gradient'];

export async function bench(options: Options): Promise<number> {
  const { shapes, kernel = 'conv3x3', pass, repeats = 20, json, quiet } = options;
  if (shapes.length === 0 || options.images.length > 0) {
    throw new UsageError('bench wants shapes.', { hint: 'fwplus bench --shape 512x512@32' });
  }
  // Whatever is wrong with a shape is said before a device is opened.
  const cases = shapes.flatMap((shape) =>
    PASSES.filter((each) => pass === undefined || pass === each).map((each) =>
      convolutionCase(kernel, shape, each),
    ),
  );
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  if (json !== undefined) await ensureWritableFile(json);
  const device = await openChosenDevice(options.adapter, options);
  try {
    say('Measuring what the adapter can do at most …');
    const ceilings = await measureCeilings(device, { mostMilliseconds: CEILING_MS });
    const rows: Row[] = [];
    for (const each of cases) {
      say(`${each.kernel} ${each.pass} ${each.shape} …`);
      const launches = each.launches(device);
      const measured = await timeLaunches(device, launches, { repeats, mostMilliseconds: ROW_MS });
      rows.push(rowOf('fwplus', each, measured, ceilings));
    }
    const clock = device.hasTimestamps ? 'gpu' : 'wall';
    const versions = { fwplus: ownVersion(), node: process.versions.node, clock };
    const results = resultsOf(device.facts, versions, ceilings, rows);
    process.stdout.write(`${headline(results)}\n\n${kernelTable(results)}\n`);
    if (json !== undefined) await writeAtomic(json, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    device.destroy();
  }
  return 0;
}
