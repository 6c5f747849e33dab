/** A launch: one dispatch of one kernel, as plain data. Names are checked against the shaders' own declarations. */

import { kernels } from './kernels.gen.js';
import type { Constants } from './preprocess.js';

export type KernelName = keyof typeof kernels;

type Kernels = typeof kernels;
type BindingName<K extends KernelName> = Kernels[K]['bindings'][number]['name'];
type ParamName<K extends KernelName> = Kernels[K]['params'] extends { fields: infer F } ? keyof F : never;

/** What a kernel declares, without its source text. */
export interface KernelInfo {
  readonly family: string;
  readonly entry: string;
  readonly constants: Constants;
  readonly params: null | {
    readonly binding: number;
    readonly size: number;
    readonly fields: Readonly<Record<string, { readonly offset: number; readonly type: string }>>;
  };
  readonly bindings: readonly {
    readonly name: string;
    readonly binding: number;
    readonly access: string;
    readonly form: Form;
  }[];
}

/** How a kernel sees an operand: shaders/include/texture.wgsl says what a texture holds, and why. */
export type Form = 'buffer' | 'texture';

/** `T` stands for whatever is bound: a tensor while a graph is lowered, a buffer range in a Program. */
export interface LaunchOf<K extends KernelName, T> {
  readonly kernel: K;
  readonly bindings: Readonly<Record<BindingName<K>, T>>;
  readonly params: Readonly<Record<ParamName<K>, number>>;
  /** Workgroups in x, y, z; each at most 65,535. */
  readonly workgroups: readonly [number, number, number];
  /** Values for the shader's #param declarations, where they differ from the defaults. */
  readonly constants?: Constants;
  /** Multiply-adds count as two; for profiles and for cutting long submits. */
  readonly flops?: number;
}

/** A launch of any kernel, as the Program sees it. */
export interface Launch<T> {
  readonly kernel: KernelName;
  readonly label: string;
  readonly bindings: Readonly<Record<string, T>>;
  readonly params: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number, number];
  readonly constants: Constants;
  readonly flops: number;
  /** From here on operands are copied into textures even where they lie there: what repeats launches to measure them wants each to be as the first. */
  readonly copiesAnew?: boolean;
}

export function kernelInfo(name: KernelName): KernelInfo {
  return kernels[name];
}

const MAX_GROUPS = 65535;

/** A grid of at least `count` threads in workgroups of 64 along x, folded into y where x would pass the limit: see linearIndex. */
export function linearGrid(count: number): [number, number, number] {
  const groups = Math.max(1, Math.ceil(count / 64));
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}

/**
 * The family of kernels for `count` elements: `family_4`, which takes four at a time, where that leaves none over. `count` is then
 * that of fours.
 */
export function inFours<F extends string>(
  family: F,
  count: number,
): { readonly family: F | `${F}_4`; readonly count: number } {
  return count % 4 === 0 ? { family: `${family}_4`, count: count / 4 } : { family, count };
}

/** The bytes of a kernel's uniform struct. */
export function encodeParams(info: KernelInfo, params: Readonly<Record<string, number>>): ArrayBuffer {
  const bytes = new ArrayBuffer(info.params?.size ?? 0);
  const view = new DataView(bytes);
  for (const [name, { offset, type }] of Object.entries(info.params?.fields ?? {})) {
    const value = params[name];
    if (value === undefined)
      throw new Error(`kernel ${info.family}.${info.entry}: parameter ${name} is missing`);
    if (type === 'f32') view.setFloat32(offset, value, true);
    else if (type === 'i32') view.setInt32(offset, value, true);
    else view.setUint32(offset, value, true);
  }
  return bytes;
}
