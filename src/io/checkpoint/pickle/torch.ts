import type { Dtype } from '../../dtype.js';
import { Storage } from '../storage.js';
import { MOST_DIMENSIONS, TensorView } from '../tensor-view.js';
import type { Build, Builder } from './session.js';
import { PickledGlobal, PickledObject, type PickleValue } from './values.js';

const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ['float64', 'F64'],
  ['double', 'F64'],
  ['float32', 'F32'],
  ['float', 'F32'],
  ['float16', 'F16'],
  ['half', 'F16'],
  ['bfloat16', 'BF16'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['uint16', 'U16'],
  ['uint32', 'U32'],
  ['uint64', 'U64'],
  ['bool', 'BOOL'],
]);

const storageTypes: ReadonlyMap<string, Dtype> = new Map([
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
  ['UntypedStorage', 'U8'],
]);

/** The dtype of a storage class; undefined for another class. */
export function storageDtype(type: PickleValue | undefined): Dtype | undefined {
  const isTorch = isName(type) && /^torch(\.storage)?$/.test(type.module);
  return isTorch ? storageTypes.get(type.name) : undefined;
}

function tensor(
  storage: PickleValue | undefined,
  layout: readonly (PickleValue | undefined)[],
  dtype: Dtype | undefined,
  build: Build,
): TensorView {
  const [offset, shape, strides] = layout;
  if (!(storage instanceof Storage)) throw build.fail('asks for a tensor without a storage.');
  if (typeof offset !== 'number' || !areNumbers(shape) || !areNumbers(strides)) {
    throw build.fail('asks for a tensor without a shape, strides and an offset.');
  }
  return new TensorView(storage, { dtype: dtype ?? storage.dtype, shape, strides, offset }, (found) =>
    build.fail(`asks for ${found}`),
  );
}

function areNumbers(value: PickleValue | undefined): value is number[] {
  return (
    Array.isArray(value) && value.length <= MOST_DIMENSIONS && value.every((item) => typeof item === 'number')
  );
}

function isName(value: PickleValue | undefined): value is PickledGlobal {
  return value instanceof PickledGlobal;
}

/** (storage, offset, shape, strides, …): in versions 1 and 2 the storage has the dtype. */
const tensorOfStorage: Builder = ([storage, ...layout], build) => tensor(storage, layout, undefined, build);

/** (storage, offset, shape, strides, requires_grad, hooks, dtype). */
const tensorOfDtype: Builder = ([storage, ...rest], build) => {
  const type = rest[5];
  const dtype = isName(type) && type.module === 'torch' ? dtypes.get(type.name) : undefined;
  if (!dtype)
    throw build.fail(`asks for a tensor of the dtype ${isName(type) ? type : '?'}, which is not read.`);
  return tensor(storage, rest, dtype, build);
};

const parameter: Builder = ([data], build) => {
  if (!(data instanceof TensorView)) throw build.fail('asks for a parameter without a tensor.');
  return data;
};

/** By torch of 2016 and 2017 a parameter is called with its tensor, or is nothing before its state is set. */
const earlyParameter: Builder = (args, build, callee) =>
  args.length > 0 ? parameter(args, build, callee) : opaque(args, build, callee);

const EARLY_TENSOR = /^torch\.(cuda\.)?(Double|Float|Half|Long|Int|Short|Char|Byte)Tensor$/;
const EARLY_PARAMETER = /^torch\.(nn\.parameter\.Parameter|nn\.Parameter|autograd\.variable\.Variable)$/;

/**
 * What an object becomes by its state where torch of 2016 and 2017 wrote it: a tensor of (storage, offset, shape, strides), a
 * parameter of a tuple with its tensor first. Torchvision's published files are as old. Undefined for all else.
 */
export function earlyTensor(object: PickledObject, build: Build): TensorView | undefined {
  const { state } = object;
  if (!Array.isArray(state)) return undefined;
  const [first, ...layout] = state;
  if (EARLY_TENSOR.test(`${object}`) && state.length === 4) return tensor(first, layout, undefined, build);
  return EARLY_PARAMETER.test(`${object}`) && first instanceof TensorView ? first : undefined;
}

/** (how, class, arguments, state): a tensor of a subclass, or with attributes. */
const tensorOfType: Builder = ([how, , args], build) => {
  const rebuild = isName(how) ? tensors.get(`${how}`) : undefined;
  if (!isName(how) || !rebuild || !Array.isArray(args)) {
    throw build.fail(`asks for a tensor by ${isName(how) ? how : '?'}, which is not read.`);
  }
  return rebuild(args.slice(0, 16), build, how);
};

const notRead: Builder = (_, build, { name }) => {
  throw build.fail(
    `asks for a tensor by ${name}: sparse, quantised and meta tensors are not read.`,
    'Save dense tensors of floats.',
  );
};

/** An object of a lower-case class that is not needed, with its arguments. */
const opaque: Builder = (args, _, { module, name }) => new PickledObject(module, name, args);

const tensors: ReadonlyMap<string, Builder> = new Map([
  ['torch._utils._rebuild_tensor', tensorOfStorage],
  ['torch._utils._rebuild_tensor_v2', tensorOfStorage],
  ['torch._utils._rebuild_tensor_v3', tensorOfDtype],
  ['torch._utils._rebuild_parameter', parameter],
  ['torch._utils._rebuild_parameter_with_state', parameter],
]);

/** Tensors and what stands beside them in a state dictionary. */
export const torchBuilders: readonly (readonly [string, Builder])[] = [
  ...tensors,
  ['torch._tensor._rebuild_from_type_v2', tensorOfType],
  ['torch._utils._rebuild_sparse_tensor', notRead],
  ['torch._utils._rebuild_qtensor', notRead],
  ['torch._utils._rebuild_meta_tensor_no_storage', notRead],
  ['torch.nn.parameter.Parameter', earlyParameter],
  ['torch.nn.Parameter', earlyParameter],
  ['torch.autograd.variable.Variable', earlyParameter],
  ['torch.Size', ([sizes = []]) => sizes],
  ['torch.device', opaque],
  ['torch.serialization._get_layout', opaque],
];
