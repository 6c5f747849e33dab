/**
 * An inversion as a .safetensors file: codes first of all, then what it takes to go on.
 *   base_code     [1, C, s, s]      f, in the published order; F/W+ only
 *   detail_code   [1, rows, D]      all rows of w+; in F/W+ rows below M are w_avg and without effect
 *   base_target   [1, C, s, s]      where f started: E(I), or the base code of the starting w+
 *   {base,detail}_moment{1,2}       Adam's moments, in the codes' shapes (detail: the optimised rows)
 *   history       [steps, terms]    the loss before each step; columns in the metadata
 * Codes and metadata alone are a file for editing.
 */
import { type Shape, sizeOf } from '../autograd/tensor.js';
import { isChoiceTable } from '../engine/tuning/choices.js';
import { FwplusError } from '../errors.js';
import type { Tensor as FileTensor } from '../io/dtype.js';
import { assertFinite } from '../io/finite.js';
import { encodeTensors, TensorFile } from '../io/safetensors.js';
import { toNchw, toNhwc } from '../nets/layout.js';
import type { Codes, Computation, InversionState, StepRecord } from './codes.js';
import { checkMethod, type Method } from './method.js';
import type { Model } from './model.js';
import { codeShapes, recordOf, TERMS } from './objective.js';

const FORMAT = 'fwplus-codes-1';

type Quad = readonly [number, number, number, number];

/** @param extra further metadata, e.g. the picture's name. */
export function encodeState(
  state: InversionState,
  model: Model,
  extra: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const shapes = codeShapes(model, state.method, 1);
  const tensors = codesAsTensors(state, model);
  const { base, detail } = state.moments;
  if (state.baseTarget) tensors.base_target = asBase(state.baseTarget, shapes.base!);
  if (base) {
    tensors.base_moment1 = asBase(base.first, shapes.base!);
    tensors.base_moment2 = asBase(base.second, shapes.base!);
  }
  tensors.detail_moment1 = asFloats(shapes.detail, detail.first);
  tensors.detail_moment2 = asFloats(shapes.detail, detail.second);
  if (state.history.length > 0) {
    const history = Float32Array.from(state.history.flatMap((entry) => TERMS.map((term) => entry[term])));
    tensors.history = asFloats([state.history.length, TERMS.length], history);
  }
  return encodeTensors(tensors, {
    ...extra,
    ...identity(state.method, state.modelId, model),
    target_sha256: state.targetHash,
    step: String(state.step),
    history_columns: TERMS.join(','),
    ...(state.computation && { computation: JSON.stringify(state.computation) }),
  });
}

/** Codes alone, e.g. edited ones: they can be drawn and edited, but no inversion can go on from them. */
export function encodeCodes(
  saved: SavedCodes,
  model: Model,
  extra: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return encodeTensors(codesAsTensors(saved, model), {
    ...extra,
    ...identity(saved.method, model.id, model),
  });
}

function identity(method: Method, modelId: string, model: Model): Record<string, string> {
  return {
    format: FORMAT,
    model: modelId,
    ...(model.generatorId !== undefined && { generator: model.generatorId }),
    method: JSON.stringify(method),
  };
}

function codesAsTensors({ codes, method }: SavedCodes, model: Model): Record<string, FileTensor> {
  const { generator } = model;
  const { base } = codeShapes(model, method, 1);
  const full = generator.meanCode.slice();
  full.set(codes.detail, full.length - codes.detail.length);
  return {
    ...(codes.base && base && { base_code: asBase(codes.base, base) }),
    detail_code: asFloats([1, generator.rows, generator.wDim], full),
  };
}

function asBase(data: Float32Array, shape: Shape): FileTensor {
  const [n, h, w, c] = shape as Quad;
  return asFloats([n, c, h, w], toNchw(data, [n, h, w, c]));
}

function asFloats(shape: readonly number[], data: Float32Array): FileTensor {
  return { dtype: 'F32', shape, data };
}

/** What editing needs of a file. */
export interface SavedCodes {
  readonly method: Method;
  readonly codes: Codes;
}

/**
 * The codes of a file, whether or not it holds what it takes to go on.
 * @param name what errors call the file.
 * @throws FwplusError where the file is not one of ours, of another generator, or damaged.
 */
export function decodeCodes(bytes: Uint8Array, model: Model, name: string): SavedCodes {
  const reader = new Reader(bytes, model, name, 'generator');
  return { method: reader.method, codes: reader.codes() };
}

/**
 * Everything an inversion needs to go on.
 * @param name what errors call the file.
 * @throws FwplusError where the file is not one of ours, of another model, damaged, or holds codes alone.
 */
export function decodeState(bytes: Uint8Array, model: Model, name: string): InversionState {
  const reader = new Reader(bytes, model, name, 'model');
  const step = reader.step();
  return {
    modelId: model.id,
    method: reader.method,
    targetHash: reader.targetHash(),
    step,
    codes: reader.codes(),
    baseTarget: reader.base('base_target'),
    moments: reader.moments(),
    computation: reader.computation(),
    history: reader.history(step),
  };
}

/** How many steps are saved, and what computed them; that is undefined where the file does not say. */
export function savedProgress(
  bytes: Uint8Array,
  model: Model,
  name: string,
): { readonly step: number; readonly computation: Computation | undefined } {
  const reader = new Reader(bytes, model, name, 'model');
  return { step: reader.step(), computation: reader.computation() };
}

/** How many steps are saved. */
export function savedSteps(bytes: Uint8Array, name: string): number {
  return stepIn(TensorFile.parse(bytes, name), name);
}

function stepIn({ metadata: { step } }: TensorFile, name: string): number {
  if (step !== undefined && /^\d{1,9}$/.test(step)) return Number(step);
  throw damaged(name, `its step is ${shown(step)}, wanted a whole number`);
}

/** Seconds that the saved steps took; 0 where the file does not say. */
export function savedSeconds(bytes: Uint8Array, name: string): number {
  const { seconds = '0' } = TensorFile.parse(bytes, name).metadata;
  if (/^\d+(\.\d+)?$/.test(seconds)) return Number(seconds);
  throw damaged(name, `its seconds are '${seconds}'`);
}

/** SHA-256 of the target that a file's codes were made of, as `hashTarget` gives it; undefined where the file does not say. */
export function savedTargetHash(bytes: Uint8Array, name: string): string | undefined {
  return TensorFile.parse(bytes, name).metadata.target_sha256;
}

class Reader {
  readonly method: Method;
  readonly #file: TensorFile;
  readonly #name: string;
  readonly #rows: number;
  readonly #width: number;
  readonly #shapes: ReturnType<typeof codeShapes>;

  /** @param of what the file has to share with `model`: all of it, or the generator alone. */
  constructor(bytes: Uint8Array, model: Model, name: string, of: 'model' | 'generator') {
    const file = TensorFile.parse(bytes, name);
    const { format, model: id, generator } = file.metadata;
    if (format !== FORMAT) {
      throw new FwplusError(
        `${name} holds no codes of fwplus (format '${format ?? 'none'}', wanted '${FORMAT}').`,
        { hint: 'Give a file of codes that an inversion has written, e.g. codes.fwplus.safetensors.' },
      );
    }
    const isSame =
      id === model.id || (of === 'generator' && generator !== undefined && generator === model.generatorId);
    if (!isSame) {
      throw new FwplusError(`${name} is of the model '${id}', this is '${model.id}'.`, {
        hint:
          of === 'model'
            ? 'Give the model that it was made with, all of its parts.'
            : 'Give the model that it was made with.',
      });
    }
    this.#file = file;
    this.#name = name;
    this.method = checkMethod(this.#json('method'), name);
    this.#rows = model.generator.rows;
    this.#width = model.generator.wDim;
    this.#shapes = codeShapes(model, this.method, 1);
  }

  codes(): Codes {
    const full = this.#tensor('detail_code', [1, this.#rows, this.#width]);
    return { base: this.base('base_code'), detail: full.slice(full.length - sizeOf(this.#shapes.detail)) };
  }

  /** A tensor in the base code's shape; undefined in W+. */
  base(key: string): Float32Array | undefined {
    if (!this.#shapes.base) return undefined;
    const [n, h, w, c] = this.#shapes.base as Quad;
    return toNhwc(this.#tensor(key, [n, c, h, w]), [n, c, h, w]);
  }

  moments(): InversionState['moments'] {
    if (!this.#file.has('detail_moment1')) {
      throw new FwplusError(`${this.#name} holds codes alone, without the optimiser's state.`, {
        hint: 'Such codes can be drawn and edited, but no inversion can go on from them.',
      });
    }
    const [first, second] = [this.base('base_moment1'), this.base('base_moment2')];
    const detail = (key: string) => this.#tensor(key, this.#shapes.detail);
    return {
      base: first && second && { first, second },
      detail: { first: detail('detail_moment1'), second: detail('detail_moment2') },
    };
  }

  step(): number {
    return stepIn(this.#file, this.#name);
  }

  targetHash(): string {
    const text = this.#file.metadata.target_sha256;
    if (text !== undefined && /^[0-9a-f]{64}$/.test(text)) return text;
    throw this.#damaged(`its target_sha256 is ${shown(text)}`);
  }

  history(steps: number): StepRecord[] {
    const columns = this.#file.metadata.history_columns;
    if (columns !== TERMS.join(',')) {
      throw this.#damaged(`the columns of its history are ${shown(columns)}, wanted '${TERMS.join(',')}'`);
    }
    if (steps === 0) return [];
    const data = this.#tensor('history', [steps, TERMS.length]);
    return Array.from({ length: steps }, (_, step) => recordOf(data, step));
  }

  computation(): Computation | undefined {
    if (this.#file.metadata.computation === undefined) return undefined;
    const found = this.#json('computation') as Partial<Computation> | null;
    const { adapter, subgroupSize, kernels, plans, choices } = found ?? {};
    if (
      typeof adapter !== 'string' ||
      typeof subgroupSize !== 'number' ||
      typeof plans !== 'string' ||
      !Array.isArray(kernels) ||
      !kernels.every((kernel) => typeof kernel === 'string') ||
      (choices !== undefined && !isChoiceTable(choices))
    ) {
      throw this.#damaged('its record of what computed it cannot be read');
    }
    // Which older files do not name.
    const { matrixUnits = kernels.some((kernel) => kernel.startsWith('conv_matrix')) } = found ?? {};
    return { adapter, subgroupSize, matrixUnits, kernels, plans, ...(choices && { choices }) };
  }

  #tensor(key: string, shape: readonly number[]): Float32Array {
    const data = this.#file.floats(key, shape);
    assertFinite(`${this.#name}: ${key}`, data);
    return data;
  }

  #json(key: string): unknown {
    const text = this.#file.metadata[key];
    try {
      return JSON.parse(text ?? '');
    } catch {
      throw this.#damaged(`its ${key} is ${shown(text)}, which is not JSON`);
    }
  }

  #damaged(found: string): FwplusError {
    return damaged(this.#name, found);
  }
}

function damaged(name: string, found: string): FwplusError {
  return new FwplusError(`${name} is damaged, or of another version of fwplus: ${found}.`, {
    hint: 'Get it again, or move it away and start anew without --resume.',
  });
}

function shown(text: string | undefined): string {
  return text === undefined ? 'missing' : `'${text}'`;
}
