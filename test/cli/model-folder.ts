/** A small model of random weights as files, in the form of weights/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Direction } from '../../src/inversion/editing/direction.js';
import { encodeDirections } from '../../src/inversion/editing/directions-file.js';
import type { Tensor } from '../../src/io/dtype.js';
import { encodeTensors } from '../../src/io/safetensors.js';
import { sha256 } from '../../src/io/sha256.js';
import type { StateDict } from '../../src/nets/state.js';
import {
  type ChannelTable,
  encoderWeights,
  generatorWeights,
  perceptualWeights,
  pnormStatistics,
} from '../nets/random-weights.js';

const WIDTH = 32;
const CHANNELS: ChannelTable = { 4: 8, 8: 8, 16: 8 };

type Tensors = Record<string, Tensor>;

interface ModelOptions {
  readonly version?: string;
  readonly channels?: ChannelTable;
  /** Named directions to go with it. */
  readonly directions?: readonly Direction[];
  /** May edit what is written, before it is hashed. */
  readonly change?: (tensors: Tensors) => void;
}

export async function writeModel(
  folder: string,
  { version = '1', channels = CHANNELS, directions, change = () => {} }: ModelOptions = {},
): Promise<string> {
  const { mean, eigenvalues, eigenvectors } = pnormStatistics(WIDTH);
  const parts: Record<string, Tensors> = {
    generator: tensorsOf(generatorWeights(channels, WIDTH)),
    encoder: tensorsOf(encoderWeights([4, 4, 4, 4, channels[8]!])),
    perceptual: tensorsOf(perceptualWeights([4, 4, 4, 4, 4])),
    pnorm: {
      mean_latent: { dtype: 'F32', shape: [WIDTH], data: mean },
      eigen_values: { dtype: 'F32', shape: [WIDTH], data: eigenvalues },
      eigen_vectors: { dtype: 'F32', shape: [WIDTH, WIDTH], data: eigenvectors },
    },
  };
  mkdirSync(folder, { recursive: true });
  const files: { name: string; sha256: string }[] = [];
  const put = async (part: string, bytes: Uint8Array) => {
    const name = `${part}.safetensors`;
    writeFileSync(join(folder, name), bytes);
    files.push({ name, sha256: await sha256(bytes) });
  };
  for (const [part, tensors] of Object.entries(parts)) {
    change(tensors);
    await put(part, encodeTensors(tensors));
  }
  if (directions) await put('directions', encodeDirections(directions));
  const manifest = { model: 'random', version, knows: 'noise', base_code: { size: 8 }, files };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

function tensorsOf(state: StateDict): Tensors {
  return Object.fromEntries(
    state.keys.map((key): [string, Tensor] => {
      const { shape, data } = state.get(key);
      return [key, { dtype: 'F32', shape, data }];
    }),
  );
}
