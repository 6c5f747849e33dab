/** A model from its manifest and files, checked before the GPU is touched. Any host: the caller says how bytes are had. */
import { FwplusError } from '../errors.js';
import { TensorFile } from '../io/safetensors.js';
import { sha256 } from '../io/sha256.js';
import { BasecodeEncoder } from '../nets/basecode-encoder.js';
import { PerceptualDistance } from '../nets/lpips.js';
import type { Direction } from './editing/direction.js';
import { decodeDirections } from './editing/directions-file.js';
import {
  checkGeneratorManifest,
  type GeneratorManifest,
  generatorFingerprint,
  makeGenerator,
} from './load-generator.js';
import { checkEncoder, type Model } from './model.js';
import { decodePNorm } from './pnorm-file.js';
import { weightsOf } from './weights.js';

/** The parts of weights/manifest.json that are read here; see weights/README.md. */
interface Manifest extends GeneratorManifest {
  readonly model: string;
  readonly version: string;
  /** What it can draw, for people. */
  readonly knows: string;
  readonly base_code: { readonly size: number };
  readonly files: readonly ManifestFile[];
}

interface ManifestFile {
  readonly name: string;
  readonly sha256: string;
}

const DAMAGED =
  'The file is damaged or was changed. Get it again (for the default model: check the repository out anew).';

/**
 * @param read gives the bytes of a file beside the manifest.
 * @throws FwplusError where a file is missing, not the one of the manifest (sha256), not finite, or of another network.
 */
export async function loadModel(read: (file: string) => Promise<Uint8Array>): Promise<Model> {
  const manifest = parseManifest(await read('manifest.json'));
  const tensors = async (part: string): Promise<TensorFile> => {
    const { name, bytes } = await readFile(manifest, part, read);
    return TensorFile.parse(bytes, name);
  };
  const state = async (part: string) => weightsOf(await tensors(part));
  const generator = makeGenerator(manifest, await state('generator'));
  const encoder = find(manifest, 'encoder') && new BasecodeEncoder(await state('encoder'));
  const perceptual = find(manifest, 'perceptual') && new PerceptualDistance(await state('perceptual'));
  const pnorm = find(manifest, 'pnorm') && decodePNorm(await tensors('pnorm'), generator.wDim);
  generator.firstRow(manifest.base_code.size);
  if (encoder) checkEncoder(encoder, generator, manifest.base_code.size);
  const name = `${manifest.model} ${manifest.version}`;
  const hash = async (files: readonly ManifestFile[]) => (await hashOfParts(files, manifest)).slice(0, 8);
  return {
    // Directions are no part of an inversion.
    id: `${name} (${await hash(manifest.files.filter((file) => file !== find(manifest, 'directions')))})`,
    generatorId: `${name} (generator ${await hash([entryOf(manifest, 'generator')])})`,
    domain: manifest.knows,
    generator,
    perceptual,
    baseSize: manifest.base_code.size,
    encoder,
    pnorm,
    directions: find(manifest, 'directions') ? await readDirections(manifest, read, generator.wDim) : [],
  };
}

function parseManifest(bytes: Uint8Array): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest>;
  } catch (cause) {
    throw new FwplusError('The model’s manifest.json is not JSON.', { cause, hint: DAMAGED });
  }
  const wrong = (found: string) => new FwplusError(`The model’s manifest.json ${found}.`, { hint: DAMAGED });
  for (const key of ['model', 'version', 'knows', 'base_code', 'files'] as const) {
    if (manifest?.[key] === undefined) throw wrong(`has no '${key}'`);
  }
  for (const key of ['model', 'version', 'knows'] as const) {
    if (typeof manifest[key] !== 'string') throw wrong(`has a '${key}' that is no text`);
  }
  if (!Array.isArray(manifest.files) || !Number.isInteger(manifest.base_code?.size)) {
    throw wrong('has no list of files, or no size of the base code');
  }
  const files = manifest.files as readonly unknown[];
  const bad = files.findIndex((file) => !isFile(file));
  if (bad >= 0)
    throw wrong(`has at place ${bad} of its files no name with a sha256: ${JSON.stringify(files[bad])}`);
  const names = manifest.files.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw wrong(`names the file ${twice} twice`);
  checkGeneratorManifest(manifest, 'The model’s manifest.json', DAMAGED);
  return manifest as Manifest;
}

function isFile(value: unknown): value is ManifestFile {
  const { name, sha256: hash } = (value ?? {}) as Partial<Record<string, unknown>>;
  // Beside the manifest, and nowhere else.
  const isName = typeof name === 'string' && /^[\w-][\w.-]*$/.test(name);
  return isName && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
}

/** Of files and of what the manifest says of the generator: tells apart two trainings that share a version. */
function hashOfParts(files: readonly ManifestFile[], manifest: Manifest): Promise<string> {
  const lines = files.map(({ name, sha256: hash }) => `${name} ${hash}`).sort();
  lines.push(...generatorFingerprint(manifest));
  return sha256(new TextEncoder().encode(lines.join('\n')));
}

function find({ files }: Manifest, part: string): ManifestFile | undefined {
  return files.find(({ name }) => name === `${part}.safetensors`);
}

function entryOf(manifest: Manifest, part: string): ManifestFile {
  const entry = find(manifest, part);
  if (entry) return entry;
  throw new FwplusError(`The model '${manifest.model}' has no ${part}.safetensors.`, { hint: DAMAGED });
}

/** A part's bytes, which are those of the manifest. */
async function readFile(
  manifest: Manifest,
  part: string,
  read: (file: string) => Promise<Uint8Array>,
): Promise<{ name: string; bytes: Uint8Array }> {
  const { name, sha256: wanted } = entryOf(manifest, part);
  const bytes = await read(name);
  const found = await sha256(bytes);
  if (found === wanted) return { name, bytes };
  throw new FwplusError(
    `${name} is not the file of the manifest: sha256 ${found.slice(0, 16)}…, wanted ${wanted.slice(0, 16)}….`,
    { hint: DAMAGED },
  );
}

async function readDirections(
  manifest: Manifest,
  read: (file: string) => Promise<Uint8Array>,
  wDim: number,
): Promise<Direction[]> {
  const { name, bytes } = await readFile(manifest, 'directions', read);
  return decodeDirections(bytes, wDim, name);
}
