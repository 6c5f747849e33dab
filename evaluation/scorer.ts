/**
 * The attribute scorer: reads from a 64×64 picture of a face what it is made of and how it stands. Trained by
 * weights/recipe/train_scorer.py on drawings under all transforms; it is part of no loss.
 */
import { compile, type Executable } from '../src/autograd/compile.js';
import { Graph } from '../src/autograd/graph.js';
import { RELU } from '../src/autograd/ops/activation.js';
import { convolution } from '../src/autograd/ops/convolution.js';
import { fullyConnected } from '../src/autograd/ops/fully-connected.js';
import type { Tensor } from '../src/autograd/tensor.js';
import type { Device } from '../src/engine/device.js';
import { type Image, imageToFloat } from '../src/io/image.js';
import { resizeLanczos } from '../src/io/resize.js';
import { TensorFile } from '../src/io/safetensors.js';
import { StateDict, type Weight } from '../src/nets/state.js';

const SIDE = 64;
const STRIDES = [2, 1, 2, 1, 2, 1, 2];

export class Scorer {
  /** What is read, in the order of the scores. */
  readonly names: readonly string[];
  /** Those of which more than 60 % is explained on moved drawings that the training has not seen. */
  readonly reliable: readonly string[];
  readonly #executable: Executable;
  readonly #pictures: Tensor;
  readonly #scores: Tensor;

  private constructor(file: TensorFile, executable: Executable, pictures: Tensor, scores: Tensor) {
    this.names = JSON.parse(file.metadata.names!);
    this.reliable = JSON.parse(file.metadata.reliable!);
    this.#executable = executable;
    this.#pictures = pictures;
    this.#scores = scores;
  }

  /** @param bytes scorer.safetensors. */
  static async build(device: Device, bytes: Uint8Array, batch: number): Promise<Scorer> {
    const file = TensorFile.parse(bytes, 'scorer.safetensors');
    const weights = [...file.keys()].map((key): [string, Weight] => [
      key,
      { shape: file.info(key).shape, data: file.floats(key) },
    ]);
    const graph = new Graph();
    const pictures = graph.variable('pictures', [batch, SIDE, SIDE, 3]);
    const scores = network(new StateDict('scorer.safetensors', new Map(weights)), pictures);
    const executable = await compile(device, graph, {
      name: 'scorer',
      outputs: [scores],
      variables: [pictures],
    });
    return new Scorer(file, executable, pictures, scores);
  }

  /** For each picture the scores in standard deviations over moved drawings, by name. Pictures of any size are brought to 64×64. */
  async score(images: readonly Image[]): Promise<Record<string, number>[]> {
    const [batch] = this.#pictures.shape as [number];
    const out: Record<string, number>[] = [];
    for (let first = 0; first < images.length; first += batch) {
      const part = images.slice(first, first + batch);
      const data = new Float32Array(this.#pictures.size);
      part.forEach((image, at) => {
        const size = 3 * SIDE * SIDE;
        imageToFloat(resizeLanczos(image, SIDE, SIDE), data.subarray(at * size, (at + 1) * size));
      });
      this.#executable.write(this.#pictures, data);
      this.#executable.run();
      const values = await this.#executable.read(this.#scores);
      const width = this.names.length;
      part.forEach((_, at) => {
        out.push(Object.fromEntries(this.names.map((name, column) => [name, values[at * width + column]!])));
      });
    }
    return out;
  }

  destroy(): void {
    this.#executable.destroy();
  }
}

/** x [N, 64, 64, 3] in [-1, 1] to scores [N, names]. */
function network(state: StateDict, x: Tensor): Tensor {
  const { graph } = x;
  const parameters = (key: string) => ({
    weight: state.constant(graph, `${key}.weight`),
    bias: state.constant(graph, `${key}.bias`),
  });
  let h = x;
  for (const [at, stride] of STRIDES.entries()) {
    const { weight, bias } = parameters(`features.${at}`);
    h = convolution(h, weight, { stride, padding: 1, bias, activation: RELU });
  }
  const flat = graph.view(h, 0, [h.shape[0]!, h.size / h.shape[0]!]);
  const [hidden, last] = [parameters('fc0'), parameters('fc1')];
  const features = fullyConnected(flat, hidden.weight, { bias: hidden.bias, activation: RELU });
  return fullyConnected(features, last.weight, { bias: last.bias });
}
