/** Workgroup memory: every kernel with a barrier is free of races, and would not be without it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { detectRaces } from 'wgsl_reflect/wgsl_reflect.module.js';
import { kernels, sources } from '../../src/engine/kernels.gen.js';
import { encodeParams, type KernelName, kernelInfo } from '../../src/engine/launch.js';
import { type ConvolutionShape, phaseParams, phasesOf } from '../../src/engine/plans/convolution/shape.js';
import { type Constants, preprocess } from '../../src/engine/preprocess.js';

/** A launch small enough to be interpreted, large enough that every barrier has something to order. */
interface Sample {
  readonly params: Readonly<Record<string, number>>;
  /** Elements of every storage buffer. */
  readonly elements: number;
  /** Where they differ from the shader's defaults. */
  readonly constants?: Constants;
}

/** 1×1, of 2 by 2 pixels to 2 channels: two rounds of sixteen input channels. */
function convolution(inChannels: number) {
  const shape: ConvolutionShape = {
    batch: 1,
    inHeight: 2,
    inWidth: 2,
    inChannels,
    outHeight: 2,
    outWidth: 2,
    outChannels: 2,
    kernelSize: 1,
    stride: 1,
    padding: 0,
    transposed: false,
  };
  const [phase] = phasesOf(shape);
  return { ...phaseParams(shape, phase!), noiseStrength: 0, slope: 1, gain: 1, limit: 1 };
}

/** Matrix units are unknown to the interpreter. */
const NOT_INTERPRETED: readonly string[] = ['conv_matrix', 'matrix_probe'];

/** Every other kernel that reaches a barrier stands here. */
const samples: Partial<Record<KernelName, Sample>> = {
  'channel_gradients.total_of_many': { params: { batch: 1, chunks: 150, channels: 1 }, elements: 150 },
  'channel_gradients_4.total_of_many': { params: { batch: 1, chunks: 150, channels: 1 }, elements: 600 },
  'reduce.total': { params: { threads: 150, factor: 1 }, elements: 150 },
  conv_shared: { params: convolution(20), elements: 4 * 20, constants: { PIXELS: 4, CHANNELS: 4 } },
  conv_shared_ragged: { params: convolution(18), elements: 4 * 20, constants: { PIXELS: 4, CHANNELS: 4 } },
  winograd_multiply_shared: {
    params: { tiles: 2, depth: 5, outChannels: 2, places: 6, weights: 6 },
    elements: 36 * 2 * 4 * 5,
    constants: { PIXELS: 4, CHANNELS: 4 },
  },
};

const BARRIER = /\b(?:workgroup|storage)Barrier\(\);/g;

function racesOf(name: KernelName, code: string, { params, elements }: Sample) {
  const info = kernelInfo(name);
  const group: Record<number, unknown> = {};
  for (const { binding } of info.bindings) group[binding] = new ArrayBuffer(4 * elements);
  if (info.params) group[info.params.binding] = { uniform: encodeParams(info, params) };
  return detectRaces(code, info.entry, [1, 1, 1], { 0: group });
}

function codeOf(name: KernelName): string {
  return preprocess(sources, kernelInfo(name).family, samples[name]?.constants);
}

/** Where in the code the barriers stand that an entry point reaches, through functions that it calls too. */
function barriersOf(code: string, entry: string): { at: number; length: number }[] {
  const heads = [...code.matchAll(/\bfn\s+(\w+)/g)];
  const bodies = new Map(
    heads.map(({ 1: name, index }, at) => [name, { index, text: code.slice(index, heads[at + 1]?.index) }]),
  );
  const reached = new Set([entry]);
  for (const name of reached) {
    for (const [, called] of bodies.get(name)?.text.matchAll(/\b(\w+)\s*\(/g) ?? []) {
      if (bodies.has(called)) reached.add(called);
    }
  }
  return [...reached].flatMap((name) => {
    const { index = 0, text = '' } = bodies.get(name) ?? {};
    return [...text.matchAll(BARRIER)].map((match) => ({ at: index + match.index, length: match[0].length }));
  });
}

const withBarrier = (Object.keys(kernels) as KernelName[]).filter(
  (name) => !NOT_INTERPRETED.includes(name) && barriersOf(codeOf(name), kernelInfo(name).entry).length > 0,
);

test('there are kernels with barriers, and each has a sample', () => {
  assert.ok(withBarrier.length > 0);
  assert.equal(
    withBarrier.filter((name) => !samples[name]),
    [],
  );
});

for (const name of withBarrier) {
  const sample = samples[name];
  if (!sample) continue;
  const code = codeOf(name);

  test(`${name} has no race`, () => {
    const { races, errors } = racesOf(name, code, sample);
    assert.equal(errors, []);
    assert.equal(
      races.map(({ message }) => message),
      [],
    );
  });

  barriersOf(code, kernelInfo(name).entry).forEach(({ at, length }, number) => {
    test(`${name} has a race without its barrier ${number + 1}`, () => {
      const broken = code.slice(0, at) + code.slice(at + length);
      assert.ok(racesOf(name, broken, sample).races.length > 0);
    });
  });
}

test.run();
