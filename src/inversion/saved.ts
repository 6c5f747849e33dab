/**
 * An inversion as a .safetensors file: codes first of all, then what it takes to go on.
 *   base_code     [1, C, s, s]      f, in the published order; F/W+ only
 *   detail_code   [1, rows, D]      all rows of w+; in F/W+ rows below M are w_avg and without effect
 *   encoded_base  [1, C, s, s]      E(I)
 *   {base,detail}_moment{1,2}       Adam's moments, in the codes' shapes (detail: the optimised rows)
 *   history       [steps, terms]    the loss before each step; columns in the metadata
 */
import { FwplusError } from '../errors.js';
import type { Tensor as FileTensor } from '../io/dtype.js';
import { encodeTensors, TensorFile } from '../io/safetensors.js';
import { toNchw, toNhwc } from '../nets/layout.js';
import type { InversionState, StepRecord } from './codes.js';
import type { Method } from './method.js';
import type { Model } from './model.js';
import { codeShapes, TERMS } from './objective.js';

const FORMAT = 'fwplus-codes-1';

type Quad = readonly [number, number, number, number];

/** @param extra further metadata, e.g. the picture's name. */
export function encodeState(
  state: InversionState,
  model: Model,
  extra: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { generator } = model;
  const shapes = codeShapes(model, state.method, 1);
  const tensors: Record<string, FileTensor> = {};
  const put = (name: string, shape: readonly number[], data: Float32Array) => {
    tensors[name] = { dtype: 'F32', shape, data };
  };
  const putBase = (name: string, data: Float32Array | undefined) => {
    if (!data || !shapes.base) return;
    const [n, h, w, c] = shapes.base as Quad;
    put(name, [n, c, h, w], toNchw(data, [n, h, w, c]));
  };
  putBase('base_code', state.codes.base);
  putBase('encoded_base', state.encodedBase);
  putBase('base_moment1', state.moments.base?.first);
  putBase('base_moment2', state.moments.base?.second);

  const full = new Float32Array(generator.rows * generator.wDim);
  for (let row = 0; row < generator.rows; row++) full.set(generator.wAverage, row * generator.wDim);
  full.set(state.codes.detail, full.length - state.codes.detail.length);
  put('detail_code', [1, generator.rows, generator.wDim], full);
  put('detail_moment1', shapes.detail, state.moments.detail.first);
  put('detail_moment2', shapes.detail, state.moments.detail.second);
  if (state.history.length > 0) {
    const history = Float32Array.from(state.history.flatMap((entry) => TERMS.map((term) => entry[term])));
    put('history', [state.history.length, TERMS.length], history);
  }
  return encodeTensors(tensors, {
    ...extra,
    format: FORMAT,
    model: state.modelId,
    method: JSON.stringify(state.method),
    target_sha256: state.targetHash,
    step: String(state.step),
    history_columns: TERMS.join(','),
  });
}

/** Throws a FwplusError where the file is not of ours, of another model, or damaged. */
export function decodeState(bytes: Uint8Array, model: Model, name: string): InversionState {
  const file = TensorFile.parse(bytes, name);
  const { metadata } = file;
  if (metadata.format !== FORMAT) {
    throw new FwplusError(
      `${name} holds no codes of fwplus (format '${metadata.format ?? 'none'}', wanted '${FORMAT}').`,
      { hint: 'Move that file away, or start anew without --resume.' },
    );
  }
  if (metadata.model !== model.id) {
    throw new FwplusError(`${name} is of the model '${metadata.model}', this is '${model.id}'.`, {
      hint: 'Give the model that it was made with.',
    });
  }
  const method = parseMethod(metadata.method, name);
  const shapes = codeShapes(model, method, 1);
  const size = shapes.detail.reduce((product, side) => product * side, 1);
  const base = (key: string): Float32Array | undefined => {
    if (!shapes.base) return undefined;
    const [n, h, w, c] = shapes.base as Quad;
    return toNhwc(file.floats(key, [n, c, h, w]), [n, c, h, w]);
  };
  const full = file.floats('detail_code', [1, model.generator.rows, model.generator.wDim]);
  return {
    modelId: model.id,
    method,
    targetHash: metadata.target_sha256 ?? '',
    step: Number(metadata.step),
    codes: { base: base('base_code'), detail: full.slice(full.length - size) },
    encodedBase: base('encoded_base'),
    moments: {
      base: shapes.base && { first: base('base_moment1')!, second: base('base_moment2')! },
      detail: {
        first: file.floats('detail_moment1', shapes.detail),
        second: file.floats('detail_moment2', shapes.detail),
      },
    },
    history: file.has('history') ? parseHistory(file) : [],
  };
}

function parseMethod(text: string | undefined, name: string): Method {
  try {
    return JSON.parse(text ?? '') as Method;
  } catch (cause) {
    throw new FwplusError(`${name}: its record of the method cannot be read.`, {
      cause,
      hint: 'The file is damaged.',
    });
  }
}

function parseHistory(file: TensorFile): StepRecord[] {
  const data = file.floats('history');
  const steps = data.length / TERMS.length;
  return Array.from(
    { length: steps },
    (_, step) =>
      Object.fromEntries(
        TERMS.map((term, column) => [term, data[step * TERMS.length + column]!]),
      ) as StepRecord,
  );
}

/** Seconds that the saved steps took. */
export function savedSeconds(bytes: Uint8Array, name: string): number {
  return Number(TensorFile.parse(bytes, name).metadata.seconds ?? 0);
}
