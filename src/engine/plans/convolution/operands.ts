/** What the launches of a convolution bind and are told. `T` stands for whatever is bound: a tensor's storage, or a buffer. */
import type { KernelName, Launch, LaunchOf } from '../../launch.js';
import type { Band, ConvolutionShape } from './shape.js';

/** By the names and layouts of shaders/conv.wgsl; the weight as the plan packs it. */
export interface ConvolutionOperands<T> {
  readonly x: T;
  readonly weight: T;
  readonly scaleIn: T;
  readonly scaleOut: T;
  readonly noise: T;
  readonly bias: T;
  readonly y: T;
}

export interface EpilogueParams {
  readonly noiseStrength: number;
  readonly slope: number;
  readonly gain: number;
  readonly limit: number;
}

export type BareLaunch<T> = Omit<Launch<T>, 'label'>;

export interface LaunchOptions {
  /**
   * The most floating-point operations of one launch, to bound the time of a submit; without it no bound. Launches are cut between
   * images and between rows of outputs (of tiles, with Winograd), never within a row. The bytes of the result are the same.
   */
  readonly mostFlops?: number | undefined;
  /** Those output rows alone, in arrays that hold no more than they need; without it all. */
  readonly band?: Band | undefined;
}

export interface Memory<T> {
  /** Memory of so many elements that lives between the launches of one convolution only. */
  scratch(name: string, elements: number): T;
  /** Some elements of an operand; the offset in bytes is a multiple of STORAGE_ALIGNMENT. */
  part(operand: T, offset: number, elements: number): T;
}

export function wholeOf({ inHeight, outHeight }: ConvolutionShape): Band {
  return {
    from: 0,
    to: outHeight,
    input: { first: 0, count: inHeight },
    output: { first: 0, count: outHeight },
  };
}

export function bare<K extends KernelName, T>(launch: LaunchOf<K, T>): BareLaunch<T> {
  return { ...launch, constants: launch.constants ?? {}, flops: launch.flops ?? 0 };
}
