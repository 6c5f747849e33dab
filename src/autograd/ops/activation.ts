/** Leaky ReLU with a gain and a clamp, the activation of every network here: linear is slope 1, ReLU slope 0. */

export interface Activation {
  /** Factor for negative values. */
  readonly slope: number;
  /** Factor afterwards. */
  readonly gain: number;
  /** Values are then held within ±limit. */
  readonly limit: number;
}

/** The largest float32: no clamp. */
export const UNLIMITED = 3.4028234663852886e38;

export const LINEAR: Activation = { slope: 1, gain: 1, limit: UNLIMITED };
export const RELU: Activation = { slope: 0, gain: 1, limit: UNLIMITED };
/** StyleGAN2's: slope 0.2, gain √2. */
export const LEAKY_RELU: Activation = { slope: 0.2, gain: Math.SQRT2, limit: UNLIMITED };

export function isLinear({ slope, gain, limit }: Activation): boolean {
  return slope === 1 && gain === 1 && limit === UNLIMITED;
}
