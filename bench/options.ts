/** The benchmark's command line, checked. */
import { parseArgs } from 'node:util';
import type { Engine } from '../src/cli/bench-results.js';
import { UsageError } from '../src/cli/usage-error.js';

export interface Options {
  /** Parts of kernels' names, of shapes; all where empty. */
  readonly kernels: readonly string[];
  readonly shapes: readonly string[];
  /** Sides of the generators whose whole steps are timed. */
  readonly steps: readonly number[];
  readonly skipKernels: boolean;
  readonly quick: boolean;
  /** The other engines that take part. */
  readonly peers: readonly Engine[];
  readonly adapter: string | undefined;
  readonly repeats: number;
  readonly subgroups: boolean;
  readonly matrixUnits: boolean;
  readonly clock: ClockName | undefined;
  readonly json: string | undefined;
  /** The folder of the charts. */
  readonly charts: string;
  readonly compare: readonly [string, string] | undefined;
  readonly page: boolean;
  readonly chromium: boolean;
  readonly help: boolean;
}

export type ClockName = 'gpu' | 'wall' | 'processor';

/** Engines that can be measured beside ours. */
export const PEERS: readonly Engine[] = ['tfjs', 'jax-js', 'ort-web'];

export const STEP_SIDES = [128, 256, 512, 1024];

export const USAGE = `npm run bench -- [options]

Measures every kernel at the shapes of StyleGAN2-1024, StyleGAN-256, VGG16-256 and the encoders, then whole steps.

  --kernels A,B      only kernels whose names hold one of these (conv3x3, upconv)
  --shapes A,B       only shapes that hold one of these (512x512@32, @64)
  --steps A,B        whole steps of these generators (${STEP_SIDES}); none for no steps
  --skip-kernels     whole steps alone
  --quick            the compared shapes alone, fewer repeats, one whole step
  --peers            TensorFlow.js, jax-js and ONNX Runtime Web beside ours, on the compared shapes
  --engines A,B      only some of them (tfjs, jax-js, ort-web)
  --adapter NAME     part of an adapter's name, or software or hardware
  --repeats N        samples at most for each row (10)
  --no-subgroups     plans without subgroups
  --matrix-units     convolutions on matrix units, with fp16 operands
  --clock CLOCK      gpu (timestamps), wall, or processor (processor time over all cores, for software adapters
                     on a busy machine); by default gpu, with --peers wall for all engines
  --json FILE        the results
  --charts DIR       roofline.png and layers.png (out/bench)
  --compare A.json B.json   two earlier runs instead of a new one
  --page             serves the benchmark as a page; --chromium runs that page headless, on SwiftShader, and prints its table
`;

export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parse(words);
  const clock = one('--clock', values.clock, ['gpu', 'wall', 'processor']);
  if (values.compare !== undefined && positionals.length !== 1) {
    throw new UsageError('--compare takes two files.', { hint: 'npm run bench -- --compare A.json B.json' });
  }
  if (values.compare === undefined && positionals.length > 0) {
    throw new UsageError(`'${positionals[0]}' is no option.`, { hint: 'See npm run bench -- --help.' });
  }
  const quick = values.quick ?? false;
  const peers = values.engines ? engines(list(values.engines)) : values.peers ? PEERS : [];
  if (peers.length > 0 && clock === 'gpu') {
    throw new UsageError('--clock is gpu, which cannot be had of other engines.', {
      hint: 'Give wall or processor, or leave it out.',
    });
  }
  const elsewhere = values.page ? '--page' : values.chromium ? '--chromium' : undefined;
  const stray = (['peers', 'engines', 'clock', 'adapter'] as const).find((name) => values[name]);
  if (elsewhere && stray) {
    throw new UsageError(`${elsewhere} takes no --${stray}.`, {
      hint: 'A page has its own adapter and the wall’s clock.',
    });
  }
  return {
    kernels: list(values.kernels),
    shapes: list(values.shapes),
    steps: sides(values.steps, quick ? [128] : STEP_SIDES),
    skipKernels: values['skip-kernels'] ?? false,
    quick,
    peers,
    adapter: values.adapter,
    repeats: whole('--repeats', values.repeats, quick ? 3 : 10),
    subgroups: !values['no-subgroups'],
    matrixUnits: values['matrix-units'] ?? false,
    clock,
    json: values.json,
    charts: values.charts ?? 'out/bench',
    compare: values.compare === undefined ? undefined : [values.compare, positionals[0]!],
    page: values.page ?? false,
    chromium: values.chromium ?? false,
    help: values.help ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        kernels: { type: 'string' },
        shapes: { type: 'string' },
        steps: { type: 'string' },
        'skip-kernels': { type: 'boolean' },
        quick: { type: 'boolean' },
        peers: { type: 'boolean' },
        engines: { type: 'string' },
        adapter: { type: 'string' },
        repeats: { type: 'string' },
        'no-subgroups': { type: 'boolean' },
        'matrix-units': { type: 'boolean' },
        clock: { type: 'string' },
        json: { type: 'string' },
        charts: { type: 'string' },
        compare: { type: 'string' },
        page: { type: 'boolean' },
        chromium: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { hint: 'See npm run bench -- --help.' });
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((part) => part !== '');
}

function engines(names: readonly string[]): Engine[] {
  return names.map((name) => {
    const found = PEERS.find((peer) => peer === name);
    if (found) return found;
    throw new UsageError(`--engines is '${names}', wanted some of ${PEERS.join(', ')}.`);
  });
}

function sides(text: string | undefined, otherwise: readonly number[]): readonly number[] {
  if (text === undefined) return otherwise;
  if (text === 'none') return [];
  return list(text).map((part) => {
    const side = Number(part);
    if (STEP_SIDES.includes(side)) return side;
    throw new UsageError(`--steps is '${text}', wanted some of ${STEP_SIDES.join(', ')}, or none.`);
  });
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new UsageError(`${name} is '${text}', wanted a whole number from 1 to 1000.`);
}

function one<T extends string>(name: string, text: string | undefined, allowed: readonly T[]): T | undefined {
  const found = allowed.find((value) => value === text);
  if (text === undefined || found) return found;
  throw new UsageError(`${name} is '${text}', wanted ${allowed.join(', ')}.`);
}
