/**
 * The picture to invert, in the sizes that a method compares it in. All sizes are made from the one 8-bit square, as in the published
 * program.
 */
import { FwplusError } from '../errors.js';
import { type Image, imageToFloat } from '../io/image.js';
import { resizeLanczos } from '../io/resize.js';
import { sha256 } from '../io/sha256.js';
import type { Method } from './method.js';
import type { Model } from './model.js';

export interface Target {
  /** [R, R, 3] in [-1, 1] at the generator's resolution. */
  readonly picture: Float32Array;
  /** The same at the perceptual side. */
  readonly perceptual: Float32Array;
  /** The same at 8·s, the encoder's input. */
  readonly encoder: Float32Array;
  /** The same at the side of the encoder of W+ codes, if the model has one. */
  readonly codeEncoder?: Float32Array;
}

/** The side at which pictures are compared perceptually. */
export function perceptualSide(resolution: number, { perceptualSize, perceptualUpsampling }: Method): number {
  return resolution > perceptualSize || perceptualUpsampling ? perceptualSize : resolution;
}

/** @param image a square of the generator's resolution, e.g. from `fit`. */
export function prepareTarget(image: Image, model: Model, method: Method): Target {
  const side = model.generator.resolution;
  if (image.width !== side || image.height !== side) {
    throw new FwplusError(`The target is ${image.width}×${image.height}, wanted ${side}×${side}.`, {
      hint: 'Make it a square of the generator’s resolution first, with fit().',
    });
  }
  const at = (size: number) => imageToFloat(size === side ? image : resizeLanczos(image, size, size));
  return {
    picture: at(side),
    perceptual: at(perceptualSide(side, method)),
    encoder: at(8 * method.baseSize),
    ...(model.codeEncoder && { codeEncoder: at(model.codeEncoder.side) }),
  };
}

/** SHA-256 of the picture, in hexadecimal. */
export function hashTarget({ picture }: Target): Promise<string> {
  return sha256(new Uint8Array(picture.buffer, picture.byteOffset, picture.byteLength));
}
