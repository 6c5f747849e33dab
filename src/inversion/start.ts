/** Where an inversion starts: f from the encoder (without one at the base code of the mean code), the detail code at the mean w, and the target's perceptual features. */
import { compile, type Executable } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import { sizeOf, type Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
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

interface Inputs {
  /** Present where the base code starts at E(I). */
  readonly encoder: Tensor | undefined;
  readonly perceptual: Tensor;
  readonly average: Tensor;
}

interface Outputs {
  readonly base: Tensor | undefined;
  /** Present where the start is clipped. */
  readonly detail: Tensor | undefined;
  readonly features: readonly Tensor[];
}

/** Makes starts; one program for any number of pictures. */
export class Starter {
  readonly #detailSize: number;
  readonly #executable: Executable;
  readonly #meanCode: Float32Array;
  readonly #inputs: Inputs;
  readonly #outputs: Outputs;

  private constructor(
    executable: Executable,
    meanCode: Float32Array,
    detailSize: number,
    inputs: Inputs,
    outputs: Outputs,
  ) {
    this.#executable = executable;
    this.#detailSize = detailSize;
    this.#meanCode = meanCode;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  static async build(device: Device, model: Model, method: Method): Promise<Starter> {
    const graph = new Graph();
    const { generator } = model;
    const side = perceptualSide(generator.resolution, method);
    const perceptual = graph.variable('target at the perceptual size', [1, side, side, 3]);
    const features = model.perceptual?.features(perceptual) ?? [];

    const shapes = codeShapes(model, method, 1);
    const average = graph.variable('mean code', [1, generator.rows, generator.wDim]);
    let encoder: Tensor | undefined;
    let base: Tensor | undefined;
    if (shapes.base) {
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

    const outputs = [...features, ...(base ? [base] : []), ...(detail ? [detail] : [])];
    const variables = [perceptual, average, ...(encoder ? [encoder] : [])];
    const executable = await compile(device, graph, { name: 'start', outputs, variables });
    const inputs = { encoder, perceptual, average };
    return new Starter(executable, generator.meanCode, sizeOf(shapes.detail), inputs, {
      base,
      detail,
      features,
    });
  }

  async start(target: Target): Promise<Start> {
    const executable = this.#executable;
    const { encoder, perceptual, average } = this.#inputs;
    executable.write(perceptual, target.perceptual);
    executable.write(average, this.#meanCode);
    if (encoder) executable.write(encoder, target.encoder);
    executable.run();
    const { base, detail, features } = this.#outputs;
    const full = detail ? await executable.read(detail) : this.#meanCode;
    return {
      codes: {
        base: base && (await executable.read(base)),
        // The first rows do not exist in F/W+.
        detail: full.slice(full.length - this.#detailSize),
      },
      features: await Promise.all(features.map((feature) => executable.read(feature))),
    };
  }

  destroy(): void {
    this.#executable.destroy();
  }
}
