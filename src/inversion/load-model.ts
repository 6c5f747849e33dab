/** A model from its manifest and files, checked before the GPU is touched. Any host: the caller says how bytes are had. */
import { FwplusError } from '../errors.js';
import { assertFinite } from '../io/finite.js';
import { TensorFile } from '../io/safetensors.js';
import { sha256 } from '../io/sha256.js';
import { BasecodeEncoder } from '../nets/basecode-encoder.js';
import { PerceptualDistance } from '../nets/lpips.js';
import { StateDict, type Weight } from '../nets/state.js';
import { StyleGan2 } from '../nets/stylegan2.js';
import type { Model } from './model.js';
import { checkPNorm, type PNormStatistics } from './pnorm.js';

/** The parts of weights/manifest.json that are read here; see weights/README.md. */
interface Manifest {
  readonly id: string;
  readonly version: string;
  readonly domain: string;
  readonly base_size: number;
  readonly files: Readonly<
    Record<string, { readonly file: string; readonly sha256: string; readonly bytes: number }>
  >;
}

const DAMAGED =
  'The file is damaged or was changed. Get it again (for the default model: check the repository out anew).';

/**
 * @param read gives the bytes of a file beside the manifest.
 * @throws FwplusError where a file is missing, not the one of the manifest (sha256), not finite, or of another network.
 */
export async function loadModel(read: (file: string) => Promise<Uint8Array>): Promise<Model> {
  const manifest = parseManifest(await read('manifest.json'));
  const state = async (part: string): Promise<StateDict> => {
    const { file, weights } = await readPart(manifest, part, read);
    return new StateDict(file, weights);
  };
  const generator = new StyleGan2(await state('generator'));
  const encoder = manifest.files.encoder && new BasecodeEncoder(await state('encoder'));
  const perceptual = new PerceptualDistance(await state('perceptual'));
  const pnorm = manifest.files.pnorm && (await readPNorm(manifest, read, generator.wDim));
  const channels = generator.channels(manifest.base_size);
  if (encoder && encoder.channels !== channels) {
    throw new FwplusError(
      `The encoder makes ${encoder.channels} channels, the generator wants ${channels}.`,
      {
        hint: 'They belong to different models.',
      },
    );
  }
  return {
    id: `${manifest.id} ${manifest.version}`,
    domain: manifest.domain,
    generator,
    perceptual,
    baseSize: manifest.base_size,
    encoder,
    pnorm,
  };
}

function parseManifest(bytes: Uint8Array): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest>;
  } catch (cause) {
    throw new FwplusError('The model’s manifest.json is not JSON.', { cause, hint: DAMAGED });
  }
  for (const key of ['id', 'version', 'domain', 'base_size', 'files'] as const) {
    if (manifest[key] === undefined)
      throw new FwplusError(`The model’s manifest.json has no '${key}'.`, { hint: DAMAGED });
  }
  return manifest as Manifest;
}

async function readPart(
  manifest: Manifest,
  part: string,
  read: (file: string) => Promise<Uint8Array>,
): Promise<{ file: string; weights: ReadonlyMap<string, Weight> }> {
  const entry = manifest.files[part];
  if (!entry) throw new FwplusError(`The model '${manifest.id}' has no ${part}.`, { hint: DAMAGED });
  const bytes = await read(entry.file);
  const found = await sha256(bytes);
  if (found !== entry.sha256) {
    throw new FwplusError(
      `${entry.file} is not the file of the manifest: sha256 ${found.slice(0, 16)}…, wanted ${entry.sha256.slice(0, 16)}….`,
      { hint: DAMAGED },
    );
  }
  const file = TensorFile.parse(bytes, entry.file);
  const weights = new Map<string, Weight>();
  for (const key of file.keys()) {
    const data = file.floats(key);
    assertFinite(`${entry.file}: ${key}`, data);
    weights.set(key, { shape: file.info(key).shape, data });
  }
  return { file: entry.file, weights };
}

async function readPNorm(
  manifest: Manifest,
  read: (file: string) => Promise<Uint8Array>,
  wDim: number,
): Promise<PNormStatistics> {
  const { file, weights } = await readPart(manifest, 'pnorm', read);
  const state = new StateDict(file, weights);
  const statistics = {
    mean: state.get('mean_latent').data,
    eigenvalues: state.get('eigen_values').data,
    eigenvectors: state.get('eigen_vectors').data,
  };
  checkPNorm(statistics, wDim);
  return statistics;
}
