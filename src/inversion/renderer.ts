/** Codes to pictures: the forward half of an inversion, also for edited codes. One program for any number of pictures. */
import { compile, type Executable, type WeightOptions } from '../autograd/compile.js';
import { Graph } from '../autograd/graph.js';
import type { PlannedConvolution } from '../autograd/lowering.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import type { MemoryReport } from '../engine/memory.js';
import type { LaunchTime } from '../engine/program.js';
import { FwplusError } from '../errors.js';
import { type Image, imageFromFloat } from '../io/image.js';
import type { Codes } from './codes.js';
import type { Method } from './method.js';
import type { Model } from './model.js';
import { type CodeTensors, codeTensors, synthesise } from './objective.js';

export class Renderer {
  readonly #executable: Executable;
  readonly #codes: CodeTensors;
  readonly #image: Tensor;

  private constructor(executable: Executable, codes: CodeTensors, image: Tensor) {
    this.#executable = executable;
    this.#codes = codes;
    this.#image = image;
  }

  /**
   * Builds the program that draws codes of a method's space and base size. Destroy it when done.
   * @throws FwplusError where the generator has no such base code, a kernel does not build, or the GPU has not the memory.
   */
  static async build(
    device: Device,
    model: Model,
    method: Method,
    { halfWeights = false }: WeightOptions = {},
  ): Promise<Renderer> {
    const graph = new Graph();
    const codes = codeTensors(graph, model, method, 1);
    const image = synthesise(model, codes);
    const variables = [codes.detail, ...(codes.base ? [codes.base] : [])];
    const options = { name: 'rendering', outputs: [image], variables, halfWeights };
    const executable = await compile(device, graph, options);
    return new Renderer(executable, codes, image);
  }

  /** The convolutions it runs, for a tuner. */
  get convolutions(): PlannedConvolution[] {
    return [...this.#executable.convolutions.values()];
  }

  /**
   * The picture as the generator makes it, [R, R, 3], about [-1, 1].
   * @throws FwplusError where the codes are of the other space, and where the GPU reports an error.
   */
  async renderFloat({ base, detail }: Codes): Promise<Float32Array> {
    if (Boolean(base) !== Boolean(this.#codes.base)) {
      throw new FwplusError(
        'Rendering: these codes are of the other latent space (F/W+ has a base code, W+ has none).',
      );
    }
    if (this.#codes.base) this.#executable.write(this.#codes.base, base!);
    this.#executable.write(this.#codes.detail, detail);
    this.#executable.run();
    return this.#executable.read(this.#image);
  }

  async render(codes: Codes): Promise<Image> {
    const [, height, width] = this.#image.shape as [number, number, number];
    return imageFromFloat(await this.renderFloat(codes), width, height);
  }

  get memory(): MemoryReport {
    return this.#executable.memory;
  }

  /** GPU time of every launch of one picture, of whatever the codes hold now. */
  profile(): Promise<LaunchTime[]> {
    return this.#executable.profile();
  }

  destroy(): void {
    this.#executable.destroy();
  }
}
