import {
  BytesInFile,
  PickledDict,
  PickledGlobal,
  PickledObject,
  type PickleValue,
  Storage,
  TensorView,
} from '../../../src/io/checkpoint/index.js';
import type { TestContext } from '../../harness/case.js';

/** The bytes of a file in test/fixtures/checkpoints. */
export function checkpoint(t: TestContext, name: string): Promise<Uint8Array> {
  return t.file(`test/fixtures/checkpoints/${name}`);
}

/** What torch and numpy said of the recorded files, as `describe` says it. */
export async function expectations(t: TestContext): Promise<Map<string, unknown>> {
  const text = new TextDecoder().decode(await checkpoint(t, 'expected.jsonl'));
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

/** A value with its tensors read, as JSON; as `describe` in test/fixtures/record_checkpoints.py. */
export async function describe(value: PickleValue): Promise<unknown> {
  if (value instanceof TensorView) {
    return { tensor: value.dtype, shape: [...value.shape], values: Array.from(await value.read(), number) };
  }
  if (value instanceof BytesInFile) return { bytes: [...(await value.read())] };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof PickledGlobal) return { global: `${value}` };
  if (Array.isArray(value)) return Promise.all(value.map(describe));
  if (value instanceof PickledDict) {
    return { dict: await Promise.all([...value].map(([key, item]) => describe([key, item]))) };
  }
  if (value instanceof PickledObject) {
    const args = await Promise.all(value.args.map(describe));
    const state = value.state === undefined ? {} : { state: await describe(value.state) };
    return { object: `${value}`, args, ...state };
  }
  if (value instanceof Storage) return { storage: value.key };
  return typeof value === 'number' || typeof value === 'bigint' ? number(value) : value;
}

function number(value: number | bigint): unknown {
  if (typeof value === 'bigint')
    return Math.abs(Number(value)) < 2 ** 53 ? Number(value) : { int: `${value}` };
  if (!Number.isFinite(value)) return { float: value > 0 ? 'inf' : '-inf' };
  return value;
}
