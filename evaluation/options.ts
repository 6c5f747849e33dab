/** The command line of the evaluation, checked. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../src/cli/usage-error.js';
import { defaultMethod, type Method, methodName } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';

export interface EvaluationOptions {
  readonly json: string | undefined;
  readonly output: string;
  readonly images: number;
  readonly steps: number;
  /** Faces inverted at once, whatever their transforms. */
  readonly batch: number;
  readonly transforms: readonly string[];
  readonly methods: readonly Method[];
  readonly resume: boolean;
  readonly restart: boolean;
  readonly adapter: string | undefined;
  readonly quiet: boolean;
}

const QUICK = { images: 4, steps: 150, transforms: ['upright', 'shift10', 'turn20', 'scale3/4'] };
const FULL_STEPS = 1200;

/** Throws a UsageError that names what there is. */
export function parseEvaluation(
  words: readonly string[],
  model: Model,
  faces: { readonly count: number; readonly transforms: readonly string[] },
): EvaluationOptions {
  const values = parse(words);
  if (values.resume && values.restart) {
    throw new UsageError('--resume goes on with an earlier evaluation, --restart writes over it: not both.', {
      hint: 'Give one of them.',
    });
  }
  const all = values.full ? { images: faces.count, steps: FULL_STEPS, transforms: faces.transforms } : QUICK;
  const number = (name: 'images' | 'steps' | 'batch', usual: number, most: number) => {
    const text = values[name];
    const value = text === undefined ? usual : Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new UsageError(`--${name} is '${text}', wanted a whole number from 1 to ${most}.`);
  };
  const known = methodsFor(model);
  const images = number('images', all.images, faces.count);
  return {
    json: values.json,
    output: values.output ?? join('out', 'evaluation', values.full ? 'full' : 'quick'),
    images,
    steps: number('steps', all.steps, 1e6),
    batch: number('batch', Math.min(8, images), 256),
    transforms: chosen('transforms', values.transforms, all.transforms, faces.transforms),
    methods: chosen('methods', values.methods, known.map(methodName), known.map(methodName)).map(
      (name) => known.find((method) => methodName(method) === name)!,
    ),
    resume: values.resume ?? false,
    restart: values.restart ?? false,
    adapter: values.adapter,
    quiet: values.quiet ?? false,
  };
}

/** W+ as in Image2StyleGAN, with P-norm+ clipping (Zhu et al. 2020), and F/W+ (Kang et al. 2021) with the model's own base code. */
export function methodsFor({ baseSize }: Model): Method[] {
  const wPlus = defaultMethod('w+', baseSize);
  return [wPlus, { ...wPlus, pnorm: 'clip' }, defaultMethod('f/w+', baseSize)];
}

function chosen(
  name: string,
  text: string | undefined,
  usual: readonly string[],
  known: readonly string[],
): readonly string[] {
  if (text === undefined) return usual;
  const names = text.split(',').map((part) => part.trim());
  const unknown = names.find((each) => !known.includes(each));
  if (unknown === undefined) return known.filter((each) => names.includes(each));
  throw new UsageError(`--${name}: there is no '${unknown}'.`, { hint: `There are: ${known.join(', ')}.` });
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        json: { type: 'string' },
        output: { type: 'string', short: 'o' },
        images: { type: 'string' },
        steps: { type: 'string' },
        batch: { type: 'string' },
        transforms: { type: 'string' },
        methods: { type: 'string' },
        full: { type: 'boolean' },
        resume: { type: 'boolean' },
        restart: { type: 'boolean' },
        adapter: { type: 'string' },
        quiet: { type: 'boolean', short: 'q' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { hint: 'See evaluation/README.md.' });
  }
}
