/** What a plan of a Winograd convolution is. */
import type { Packing } from '../../../constants.js';
import type { Constants } from '../../../preprocess.js';
import type { Tiling } from './tilings.js';

export interface WinogradPlan {
  /** Unique among the plans of a shape, and the same from version to version as long as the kernels mean the same. */
  readonly name: string;
  /** The multiplying kernel. */
  readonly kernel:
    | 'winograd_multiply'
    | 'winograd_multiply_subgroup'
    | 'winograd_multiply_texture'
    | 'winograd_multiply_tiled_texture'
    | 'winograd_multiply_shared';
  readonly constants: Constants;
  readonly tiling: Tiling;
  /** Tiles that lie side by side in the transformed input. */
  readonly block: number;
  readonly input: Transform<'winograd_input' | 'winograd_input_texture'>;
  readonly output: Transform<'winograd_output' | 'winograd_output_texture'>;
  /** The most rows of tiles that are made at once, so that scratch memory stays within SCRATCH_BYTES. */
  readonly mostRows: number;
  /** From [O, I, 3, 3] as published, or with `swap` from [I, O, 3, 3], to [WEIGHTS², ⌈I/4⌉, O, 4], transformed. */
  readonly packing: (swap: boolean) => Packing;
  /** Of the packed weight: 4 times the weight with F(4×4), 1.8 with F(2×2), 2.8 with a stride of 2. */
  readonly weightBytes: number;
  /** See cost.ts. */
  readonly cost: number;
  /** Of the multiplying kernel, for so many tiles. */
  readonly workgroups: (tiles: number) => [number, number, number];
}

/** A transforming kernel, the same for all multiplying ones, and the channels of a thread. */
export interface Transform<K> {
  readonly kernel: K;
  readonly elements: 1 | 4;
}
