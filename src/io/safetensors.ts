import { FwplusError } from '../errors.js';
import { floatToBfloat, floatToHalf } from '../half.js';
import { decodeValues } from './decode-values.js';
import { type Dtype, dtypeBytes, elements, type Tensor } from './dtype.js';
import { duplicateKey } from './json-keys.js';

/** The largest header that is read, as in the reference implementation. */
const maxHeaderBytes = 100e6;
const again = 'The file is damaged or incomplete; copy or download it again.';

/** Where a tensor lies: `begin` and `end` are byte offsets into the file. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * A parsed .safetensors file (https://github.com/huggingface/safetensors, section Format). Nothing but the header is
 * looked at before a tensor is asked for. Names are in the order of the header.
 */
export class TensorFile {
  /** Parses a file's header; `name` is what errors call the file. Throws a `FwplusError` on anything but a whole file. */
  static parse(bytes: Uint8Array, name = 'the tensor file'): TensorFile {
    const { metadata, tensors } = parseTensorHeader(bytes, bytes.length, `Reading ${name} as safetensors`);
    return new TensorFile(name, bytes, metadata, tensors);
  }

  private constructor(
    readonly name: string,
    private readonly bytes: Uint8Array,
    /** The strings under `__metadata__`. */
    readonly metadata: Readonly<Record<string, string>>,
    private readonly infos: ReadonlyMap<string, TensorInfo>,
  ) {}

  get size(): number {
    return this.infos.size;
  }

  keys(): IterableIterator<string> {
    return this.infos.keys();
  }

  has(name: string): boolean {
    return this.infos.has(name);
  }

  /** Dtype, shape and place of a tensor; throws where there is none of that name. */
  info(name: string): TensorInfo {
    const info = this.infos.get(name);
    if (!info) {
      throw new FwplusError(`Reading ${this.name}: it has no tensor ${name} among its ${this.size}.`, {
        hint: 'The file belongs to another network or version.',
      });
    }
    return info;
  }

  /** A tensor's bytes as they are in the file: a view, not a copy. */
  raw(name: string): Uint8Array {
    const { begin, end } = this.info(name);
    return this.bytes.subarray(begin, end);
  }

  /** A tensor. Its data view the file's bytes where their alignment allows and are a copy elsewhere; do not write to them. */
  get(name: string): Tensor {
    const { dtype, shape } = this.info(name);
    return { dtype, shape, data: decodeValues(dtype, this.raw(name)) } as Tensor;
  }

  /**
   * A tensor of any float dtype as float32 (F64 is rounded). With `shape`, a tensor of another shape is an error.
   * F32 data view the file's bytes where their alignment allows; do not write to them.
   */
  floats(name: string, shape?: readonly number[]): Float32Array {
    const tensor = this.get(name);
    if (
      shape &&
      (shape.length !== tensor.shape.length || shape.some((size, i) => size !== tensor.shape[i]))
    ) {
      throw new FwplusError(
        `Reading ${this.name}: tensor ${name} has shape [${tensor.shape}], wanted [${shape}].`,
        { hint: 'The file belongs to another network or resolution.' },
      );
    }
    if (tensor.dtype === 'F64') return Float32Array.from(tensor.data);
    if (tensor.dtype === 'F32' || tensor.dtype === 'F16' || tensor.dtype === 'BF16') return tensor.data;
    throw new FwplusError(
      `Reading ${this.name}: tensor ${name} is ${tensor.dtype}, wanted F16, BF16, F32 or F64.`,
      { hint: 'The file belongs to another network or version.' },
    );
  }
}

/** What a header says of a tensor that is to be written. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/**
 * The beginning of a .safetensors file, and the order in which the tensors' values follow it. The same entries and metadata
 * give the same bytes whatever their order: tensors go by element size (largest first, so that all are aligned) and then by
 * name, metadata by key.
 */
export function encodeTensorHeader(
  entries: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
): { bytes: Uint8Array<ArrayBuffer>; order: string[] } {
  const sorted = [...entries].sort(
    (a, b) => dtypeBytes[b.dtype] - dtypeBytes[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  const parts: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    parts.push(`"__metadata__":{${pairs}}`);
  }
  let end = 0;
  for (const { name, dtype, shape } of sorted) {
    const begin = end;
    end += elements(shape) * dtypeBytes[dtype];
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${parts}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8);
  bytes.set(json, 8);
  return { bytes, order: sorted.map(({ name }) => name) };
}

/** Writes a .safetensors file; see `encodeTensorHeader`. F16 and BF16 take float32 data and round to nearest even. */
export function encodeTensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const all = new Map<string, Tensor>(tensors instanceof Map ? tensors : Object.entries(tensors));
  let size = 0;
  for (const [name, { dtype, shape, data }] of all) {
    if (name === '__metadata__' || data.length !== elements(shape)) {
      throw new FwplusError(
        `Writing safetensors: tensor ${name} of shape [${shape}] has ${data.length} values, wanted ${elements(shape)} and another name than __metadata__.`,
      );
    }
    size += data.length * dtypeBytes[dtype];
  }
  const header = encodeTensorHeader(
    [...all].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    metadata,
  );
  const out = new Uint8Array(header.bytes.length + size);
  out.set(header.bytes);
  let at = header.bytes.length;
  for (const name of header.order) {
    const { dtype, data } = all.get(name)!;
    const stored = dtype === 'F16' ? floatToHalf(data) : dtype === 'BF16' ? floatToBfloat(data) : data;
    out.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), at);
    at += stored.byteLength;
  }
  return out;
}

/** Bytes that a file's header has with the length before it, by its first 8 bytes. */
export function tensorHeaderBytes(beginning: Uint8Array): number {
  return 8 + Number(new DataView(beginning.buffer, beginning.byteOffset).getBigUint64(0, true));
}

/** Parses the header of a file of `size` bytes; of these, `bytes` need be no more than the header. */
export function parseTensorHeader(
  bytes: Uint8Array,
  size: number,
  what: string,
): { metadata: Record<string, string>; tensors: Map<string, TensorInfo> } {
  const fail = (found: string, cause?: unknown) =>
    new FwplusError(`${what}: ${found}`, { hint: again, cause });
  if (size < 8) throw fail(`the file has ${size} bytes, fewer than its 8-byte beginning.`);
  const start = tensorHeaderBytes(bytes);
  const length = start - 8;
  if (length > maxHeaderBytes) {
    throw fail(
      `its header would have ${length} bytes, at most ${maxHeaderBytes} are read; it is no safetensors file.`,
    );
  }
  if (start > size) throw fail(`it is truncated: header to byte ${start}, file to ${size}.`);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch (cause) {
    throw fail(`its header is not JSON (${(cause as Error).message}).`, cause);
  }
  if (!isObject(header)) throw fail('its header is not a JSON object.');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw fail(`its header has the name ${twice} twice.`);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw fail('its __metadata__ is not an object of strings.');
  }
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(entries)) tensors.set(name, readInfo(name, entry, start, fail));
  // The data must be covered without gap or overlap, to the last byte.
  let at = start;
  for (const [name, { begin, end }] of [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin < at)
      throw fail(`tensor ${name} overlaps the one before it (it begins at byte ${begin}, not ${at}).`);
    if (begin > at) throw fail(`${begin - at} bytes before tensor ${name} belong to no tensor.`);
    at = end;
  }
  if (at > size) throw fail(`it is truncated: tensors to byte ${at}, file to ${size}.`);
  if (at < size) throw fail(`it has ${size - at} bytes after its last tensor.`);
  return { metadata: metadata as Record<string, string>, tensors };
}

function readInfo(
  name: string,
  entry: unknown,
  start: number,
  fail: (found: string) => FwplusError,
): TensorInfo {
  if (!isObject(entry)) throw fail(`the entry of tensor ${name} is not an object.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypeBytes, dtype)) {
    throw fail(
      `tensor ${name} has dtype ${JSON.stringify(dtype)}; known are ${Object.keys(dtypeBytes).join(', ')}.`,
    );
  }
  if (!isCounts(shape)) throw fail(`tensor ${name} has the shape ${JSON.stringify(shape)}.`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw fail(`tensor ${name} has the data offsets ${JSON.stringify(offsets)}.`);
  }
  const wanted = elements(shape) * dtypeBytes[dtype as Dtype];
  const [begin, end] = offsets;
  if (end - begin !== wanted) {
    throw fail(`tensor ${name}, ${dtype} [${shape}], has ${end - begin} bytes, wanted ${wanted}.`);
  }
  return { dtype: dtype as Dtype, shape, begin: start + begin, end: start + end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
