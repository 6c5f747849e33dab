/** How alike two pictures are. */
import { compile, type Executable, type WeightOptions } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import { FwplusError } from '../errors.js';
import { type Image, imageToFloat } from '../io/image.js';
import { resizeLanczos } from '../io/resize.js';
import type { Method } from './method.js';
import { type Model, requirePerceptual } from './model.js';
import { perceptualSide } from './target.js';

/** Peak signal-to-noise ratio in dB of 8-bit RGB pictures, peak 255; Infinity for equal ones. */
export function psnr(a: Image, b: Image): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new FwplusError(`PSNR: the pictures are ${a.width}×${a.height} and ${b.width}×${b.height}.`);
  }
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += (a.data[at]! - b.data[at]!) ** 2;
  return psnrOfError(sum / a.data.length);
}

/** PSNR in dB from a mean squared error in squared 8-bit levels. */
export function psnrOfError(meanSquaredError: number): number {
  return 10 * Math.log10(255 ** 2 / meanSquaredError);
}

/** The model's perceptual distance between pictures of the generator's resolution; LPIPS where the model has its weights. */
export class PerceptualMeter {
  readonly #executable: Executable;
  readonly #pictures: readonly [Tensor, Tensor];
  readonly #distance: Tensor;
  readonly #side: number;

  private constructor(
    executable: Executable,
    pictures: readonly [Tensor, Tensor],
    distance: Tensor,
    side: number,
  ) {
    this.#executable = executable;
    this.#pictures = pictures;
    this.#distance = distance;
    this.#side = side;
  }

  /**
   * Builds the program that compares pictures at the method's perceptual size. Destroy it when done.
   * @throws FwplusError where the model has no perceptual network, a kernel does not build or the GPU has not the memory.
   */
  static async build(
    device: Device,
    model: Model,
    method: Method,
    { halfWeights = false }: WeightOptions = {},
  ): Promise<PerceptualMeter> {
    const graph = new Graph();
    const side = perceptualSide(model.generator.resolution, method);
    const a = graph.variable('a', [1, side, side, 3]);
    const b = graph.variable('b', [1, side, side, 3]);
    const perceptual = requirePerceptual(model, 'Measuring the perceptual distance');
    const distance = perceptual.distance(a, perceptual.features(b));
    const executable = await compile(device, graph, {
      name: 'perceptual distance',
      outputs: [distance],
      variables: [a, b],
      halfWeights,
    });
    return new PerceptualMeter(executable, [a, b], distance, side);
  }

  async distance(a: Image, b: Image): Promise<number> {
    [a, b].forEach((image, at) => {
      const side = this.#side;
      const sized = image.width === side ? image : resizeLanczos(image, side, side);
      this.#executable.write(this.#pictures[at]!, imageToFloat(sized));
    });
    this.#executable.run();
    return (await this.#executable.read(this.#distance))[0]!;
  }

  destroy(): void {
    this.#executable.destroy();
  }
}
