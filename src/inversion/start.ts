/**
 * Where an inversion starts: the detail code at the mean w, or at what an encoder of W+ codes makes of the picture; f from the base-code
 * encoder, without one at that code's own base code; and the target's perceptual features.
 */
import { compile, type Executable, type PlanOptions } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import { sizeOf, type Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import { allOrNothing } from '../engine/disposal.js';
import { FwplusError } from '../errors.js';
import type { Codes } from './codes.js';
import type { Method } from './method.js';
import { encoderLack, type Model, requirePNorm } from './model.js';
import { codeShapes } from './objective.js';
import { clipToPNorm } from './pnorm.js';
import { perceptualSide, type Target } from './target.js';

/** The program that makes the perceptual features of a target. */
interface Features {
  readonly executable: Executable;
  readonly picture: Tensor;
  readonly taps: readonly Tensor[];
}

/** The program that makes the codes. */
interface FirstCodes {
  readonly executable: Executable;
  /** Present where nothing encodes the picture into a code. */
  readonly average: Tensor | undefined;
  readonly codeEncoder: Tensor | undefined;
  /** Present where the base code starts at E(I). */
  readonly encoder: Tensor | undefined;
  readonly base: Tensor | undefined;
  /** Present where it is not the mean code as it is. */
  readonly detail: Tensor | undefined;
}

/** Makes what an inversion starts with; the same programs for any number of pictures. */
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

  /** What the perceptual distance compares with. */
  async features(target: Target): Promise<Float32Array[]> {
    const { executable, picture, taps } = this.#features;
    executable.write(picture, target.perceptual);
    executable.run();
    const features: Float32Array[] = [];
    for (const tap of taps) features.push(await executable.read(tap));
    return features;
  }

  /** The base code is also what the base term holds f to. */
  async codes(target: Target): Promise<Codes> {
    const { executable, average, codeEncoder, encoder, base, detail } = this.#codes;
    if (average) executable.write(average, this.#meanCode);
    if (codeEncoder) executable.write(codeEncoder, requireCodeInput(target));
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
  const { code, average, codeEncoder } = startingCode(graph, model);
  let encoder: Tensor | undefined;
  let base: Tensor | undefined;
  if (codeShapes(model, method, 1).base) {
    if (model.encoder && !encoderLack(model, method.baseSize)) {
      encoder = graph.variable('encoder input', [1, 8 * method.baseSize, 8 * method.baseSize, 3]);
      base = model.encoder.encode(encoder);
    } else {
      base = generator.baseCode(code, method.baseSize);
    }
  }
  const clipped =
    method.pnorm === 'clip'
      ? clipToPNorm(code, requirePNorm(model, 'P-norm+ clipping'), method.clipLimit)
      : undefined;
  const detail = clipped ?? (codeEncoder && code);
  const executable = await compile(device, graph, {
    name: 'start',
    outputs: [...(base ? [base] : []), ...(detail ? [detail] : [])],
    variables: [average, codeEncoder, encoder].filter((variable) => variable !== undefined),
    ...plans,
    // It runs once a picture, and its weights stay.
    isLean: true,
  });
  return { executable, average, codeEncoder, encoder, base, detail };
}

/** The W+ code to start from, [1, rows, wDim], and the variable that it is, or is made of. */
function startingCode(
  graph: Graph,
  { generator, codeEncoder }: Model,
): Pick<FirstCodes, 'average' | 'codeEncoder'> & { readonly code: Tensor } {
  if (codeEncoder) {
    const { side } = codeEncoder;
    const picture = graph.variable('input of the encoder of W+ codes', [1, side, side, 3]);
    return { code: codeEncoder.encode(picture), average: undefined, codeEncoder: picture };
  }
  const average = graph.variable('mean code', [1, generator.rows, generator.wDim]);
  return { code: average, average, codeEncoder: undefined };
}

function requireCodeInput({ codeEncoder }: Target): Float32Array {
  if (codeEncoder) return codeEncoder;
  throw new FwplusError('The target was made for a model without an encoder of W+ codes.', {
    hint: 'Make it with prepareTarget() of the model that it is inverted into.',
  });
}
