/** Networks that stand in checkpoints of other programs, under our names. */

export type NetworkKind =
  | 'stylegan1'
  | 'stylegan2'
  | 'vgg16'
  | 'alexnet'
  | 'lpips'
  | 'basecode-encoder'
  | 'idinvert-encoder'
  | 'style-encoder'
  | 'pnorm'
  | 'directions';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A weight that is read, and brought into our form, when it is asked for. */
export interface SourceTensor {
  /** The key in the file that it comes from, for errors. */
  readonly origin: string | undefined;
  readonly shape: readonly number[];
  readonly elements: number;
  /** The float32 values from number `begin` to before `end`, row-major; they may be others' memory: do not write to them. */
  read(begin: number, end: number): Promise<Float32Array>;
}

/** A line for people: what, and how it is. */
export type Fact = readonly [label: string, text: string];

export interface ConvertedNetwork {
  readonly kind: NetworkKind;
  /** Whose form it had, for people: 'stylegan2-ada-pytorch'. */
  readonly format: string;
  /** What stands in no weight and is needed to build it; of generators by the names of a manifest. */
  readonly options: Readonly<Record<string, Json>>;
  /** What it is, beside kind and format: resolution, channels, rows. */
  readonly facts: readonly Fact[];
  /** By the names that the network's class reads. */
  readonly tensors: ReadonlyMap<string, SourceTensor>;
  /** Keys of the file's network that are left out because nothing needs them. */
  readonly ignored: readonly string[];
  /** Where the licence of such files usually comes from, one sentence. */
  readonly licence: string;
}

/** The number of all weights. */
export function parameters({ tensors }: ConvertedNetwork): number {
  let sum = 0;
  for (const { elements } of tensors.values()) sum += elements;
  return sum;
}
