/** Where an inversion starts: f from the encoder (without one at the base code of the mean code), the detail code at the mean w, and the target's perceptual features. */
import { compile, type Executable, type PlanOptions } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import { sizeOf, type Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import { allOrNothing } from '../engine/disposal.js';
import type { Codes } from './codes.js';
import type { Method } from './method.js';
import { encoderLack, type Model, requirePNorm } from './model.js';
import { codeShapes } from './objective.js';
import { clipToPNorm } from './pnorm.js';
import { perceptualSide, type Target } from './target.js';

export interface Start {
  /** The base code is also what the base term holds f to. */
  readonly codes: Codes;
  readonly features: readonly Float32Array[];
}

/** The program that makes the perceptual features of a target. */
interface Features {
  readonly executable: Executable;
  readonly picture: Tensor;
  readonly taps: readonly Tensor[];
}

/** The program that makes the codes. */
interface FirstCodes {
  readonly executable: Executable;
  readonly average: Tensor;
  /** Present where the base code starts at E(I). */
  readonly encoder: Tensor | undefined;
  readonly base: Tensor | undefined;
  /** Present where the start is clipped. */
  readonly detail: Tensor | undefined;
}

/** Makes starts; the same programs for any number of pictures. */
export class Starter {
  readonly executables: readonly Executable[];
  readonly #detailSize: number;
  readonly #meanCode: Float32Array;
  readonly #features: Features;
  readonly #codes: FirstCodes;

  private constructor(meanCode: Float32Array, detailSize: number, features: Features, codes: FirstCodes) {
    this.executables = [features.executable, codes.executable];
    this.#detailSize = detailSize;
    this.#meanCode = meanCode;
    this.#features = features;
    this.#codes = codes;
  }

  /** @param plans for the features: those of the steps, so that both share the packed weights. */
  static build(device: Device, model: Model, method: Method, plans: PlanOptions): Promise<Starter> {
    return allOrNothing(async (made) => {
      const features = await featuresProgram(device, model, method, plans);
      made.use(features.executable);
      const codes = await codesProgram(device, model, method, plans);
      const { detail } = codeShapes(model, method, 1);
      return new Starter(model.generator.meanCode, sizeOf(detail), features, codes);
    });
  }

  async start(target: Target): Promise<Start> {
    return { codes: await this.#firstCodes(target), features: await this.#featuresOf(target) };
  }

  async #featuresOf(target: Target): Promise<Float32Array[]> {
    const { executable, picture, taps } = this.#features;
    executable.write(picture, target.perceptual);
    executable.run();
    const features: Float32Array[] = [];
    for (const tap of taps) features.push(await executable.read(tap));
    return features;
  }

  async #firstCodes(target: Target): Promise<Codes> {
    const { executable, average, encoder, base, detail } = this.#codes;
    executable.write(average, this.#meanCode);
    if (encoder) executable.write(encoder, target.encoder);
    executable.run();
    const full = detail ? await executable.read(detail) : this.#meanCode;
    return {
      base: base && (await executable.read(base)),
      // The first rows do not exist in F/W+.
      detail: full.slice(full.length - this.#detailSize),
    };
  }

  destroy(): void {
    for (const executable of this.executables) executable.destroy();
  }
}

async function featuresProgram(
  device: Device,
  model: Model,
  method: Method,
  plans: PlanOptions,
): Promise<Features> {
  const graph = new Graph();
  const side = perceptualSide(model.generator.resolution, method);
  const picture = graph.variable('target at the perceptual size', [1, side, side, 3]);
  const taps = model.perceptual?.features(picture) ?? [];
  const options = { name: 'target features', outputs: taps, variables: [picture], ...plans };
  return { executable: await compile(device, graph, options), picture, taps };
}

async function codesProgram(
  device: Device,
  model: Model,
  method: Method,
  plans: PlanOptions,
): Promise<FirstCodes> {
  const graph = new Graph();
  const { generator } = model;
  const average = graph.variable('mean code', [1, generator.rows, generator.wDim]);
  let encoder: Tensor | undefined;
  let base: Tensor | undefined;
  if (codeShapes(model, method, 1).base) {
    if (model.encoder && !encoderLack(model, method.baseSize)) {
      encoder = graph.variable('encoder input', [1, 8 * method.baseSize, 8 * method.baseSize, 3]);
      base = model.encoder.encode(encoder);
    } else {
      base = generator.baseCode(average, method.baseSize);
    }
  }
  const detail =
    method.pnorm === 'clip'
      ? clipToPNorm(average, requirePNorm(model, 'P-norm+ clipping'), method.clipLimit)
      : undefined;
  const executable = await compile(device, graph, {
    name: 'start',
    outputs: [...(base ? [base] : []), ...(detail ? [detail] : [])],
    variables: [average, ...(encoder ? [encoder] : [])],
    ...plans,
    // It runs once a picture, and its weights stay.
    isLean: true,
  });
  return { executable, average, encoder, base, detail };
}
