/**
 * What a plan costs, for the order in which plans are preferred where nothing was measured. The unit is about a nanosecond of one
 * core on an idle software adapter (lavapipe, 8 lanes), where a load at an index that varies costs as much as ten products.
 */

/** Of a vec4 in every lane; and of one whose components are read one by one. */
const LOAD = 22;
const RAGGED_LOAD = 30;
/** Of four products in every lane. */
const PRODUCTS = 2.2;
const STORE = 15;
/** Of transforming one channel of a tile in every lane, for each of its places. */
const TRANSFORM_INPUT = 42;
const TRANSFORM_OUTPUT = 29;
/** Threads that run as one where no subgroups are told. */
const THREADS = 8;

/** A register tile: how much a lane (or a thread) makes of it and what it loads for four input channels. */
export interface Tile {
  /** Sums of a lane. */
  readonly sums: number;
  /** vec4s that a lane loads. */
  readonly pixelLoads: number;
  readonly weightLoads: number;
  /** Lanes that work on one tile: those of a subgroup, or one. */
  readonly lanes: number;
}

/** Of so many tiles with so many steps of four input channels each. */
export function tilesCost(tiles: number, steps: number, tile: Tile, ragged = false): number {
  const { sums, pixelLoads, weightLoads, lanes } = tile;
  const step = pixelLoads * (ragged ? RAGGED_LOAD : LOAD) + weightLoads * LOAD + sums * PRODUCTS;
  return (tiles / (lanes > 1 ? 1 : THREADS)) * (steps * step + sums * STORE);
}

/** Of the transforms before and after the products of a Winograd convolution. */
export function transformCost(tiles: number, places: number, into: number, out: number): number {
  return (tiles * places * (into * TRANSFORM_INPUT + out * TRANSFORM_OUTPUT)) / THREADS;
}
