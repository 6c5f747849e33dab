/**
 * A model from converted files, one a network (src/io/network-file.ts), checked before the GPU is touched. Any host: bytes in. How
 * many files there are is up to the user; what a model lacks, an inversion says (src/inversion/lacks.ts).
 */
import { FwplusError } from '../errors.js';
import type { NetworkKind } from '../io/convert/network.js';
import { type NetworkFile, parseNetworkFile, requireNetwork } from '../io/network-file.js';
import { sha256 } from '../io/sha256.js';
import { BasecodeEncoder } from '../nets/basecode-encoder.js';
import type { Generator } from '../nets/generator.js';
import { PerceptualDistance } from '../nets/lpips.js';
import { CODE_ENCODERS, makeCodeEncoder } from './code-encoder.js';
import { decodeDirections } from './editing/directions-file.js';
import { checkGeneratorManifest, type GeneratorManifest, makeGenerator } from './load-generator.js';
import { type CodeEncoder, checkEncoder, type Model } from './model.js';
import { decodePNorm } from './pnorm-file.js';
import { weightsOf } from './weights.js';

/** A file in memory. */
export interface ModelFile {
  /** What errors call it; best its path. */
  readonly name: string;
  /** All of it. The weights view these bytes, so leave them as they are. */
  readonly bytes: Uint8Array;
}

/** The parts beside the generator, each as a converted file of its kind. */
export interface ModelParts {
  /** A base-code encoder, an encoder of W+ codes (IDinvert, pSp, e4e), or one of each. */
  readonly encoders?: readonly ModelFile[] | undefined;
  /** LPIPS: features and linear weights. */
  readonly perceptual?: ModelFile | undefined;
  readonly pnorm?: ModelFile | undefined;
  /** As `fwplus directions sefa` and `fwplus convert` write them. */
  readonly directions?: ModelFile | undefined;
}

export interface ModelFiles extends ModelParts {
  readonly generator: ModelFile;
}

export interface ModelFilesOptions {
  /**
   * The side s of the base code: of the encoder, unless its file says so itself, and the default one of inversions. 16 for
   * generators of 256 pixels or more, else 8.
   */
  readonly baseSize?: number | undefined;
}

/**
 * A model of a converted generator and what else there is. Its id is made of the hashes of all files but the directions: give the
 * same files to go on with an inversion; to draw and edit codes the same generator is enough.
 * @throws FwplusError where a file is of another kind (a checkpoint that is not converted yet: with the command that
 *   does it), damaged, not finite, or does not fit the generator, and where there is no base code of that size.
 */
export async function loadModelFiles(
  { generator: file, ...parts }: ModelFiles,
  options: ModelFilesOptions = {},
): Promise<Model> {
  const { generator, title, network } = readGenerator(file);
  const id = `${title} (${(await sha256(file.bytes)).slice(0, 8)})`;
  const model: Model = {
    id,
    generatorId: id,
    domain: network === 'stylegan1' ? 'StyleGAN1' : 'StyleGAN2',
    generator,
    perceptual: undefined,
    baseSize: options.baseSize ?? (generator.resolution >= 256 ? 16 : 8),
    encoder: undefined,
    pnorm: undefined,
    directions: [],
  };
  generator.firstRow(model.baseSize);
  return withParts(model, parts, options);
}

/**
 * The same generator with other parts: those that are given take the place of the model's own, and go into the id.
 * @param options `baseSize`: the side of the base code that a given encoder makes, unless its file says so itself; the model's own by default.
 * @throws FwplusError as loadModelFiles does.
 */
export async function withParts(
  model: Model,
  parts: ModelParts,
  { baseSize = model.baseSize }: ModelFilesOptions = {},
): Promise<Model> {
  const { generator } = model;
  checkNames(parts);
  const encoders = readEncoders(parts.encoders ?? [], generator, baseSize);
  const perceptual = parts.perceptual && readPerceptual(parts.perceptual);
  const pnorm = parts.pnorm && (await readPNorm(parts.pnorm, model));
  const directions =
    parts.directions && decodeDirections(parts.directions.bytes, generator.wDim, parts.directions.name);
  return {
    ...model,
    id: model.id + (await partsId(parts)),
    ...encoders,
    ...(perceptual && { perceptual }),
    ...(pnorm && { pnorm }),
    ...(directions && { directions }),
  };
}

function readGenerator(file: ModelFile): {
  readonly generator: Generator;
  readonly title: string;
  readonly network: NetworkKind;
} {
  const parsed = open(file, ['stylegan2', 'stylegan1']);
  const { network, title, tensors } = parsed;
  const manifest = { ...parsed.options, architecture: network } as GeneratorManifest;
  checkGeneratorManifest(manifest, file.name, 'Convert the original checkpoint again.');
  return { generator: makeGenerator(manifest, weightsOf(tensors)), title, network };
}

const PARTS: readonly (keyof ModelParts)[] = ['encoders', 'perceptual', 'pnorm', 'directions'];

/** A misspelt part would be missing from the model, and nothing would say so. */
function checkNames(parts: ModelParts): void {
  const unknown = Object.keys(parts).find((name) => !PARTS.some((part) => part === name));
  if (unknown === undefined) return;
  throw new FwplusError(`A model has no part '${unknown}'.`, {
    hint: `Beside the generator there are: ${PARTS.join(', ')}.`,
  });
}

/** Which is which, the files say themselves. */
function readEncoders(files: readonly ModelFile[], generator: Generator, wanted: number): Partial<Model> {
  const found: { encoder?: BasecodeEncoder; baseSize?: number; codeEncoder?: CodeEncoder } = {};
  for (const file of files) {
    const parsed = open(file, ['basecode-encoder', ...CODE_ENCODERS]);
    const isOfBase = parsed.network === 'basecode-encoder';
    if (isOfBase ? found.encoder : found.codeEncoder) {
      throw new FwplusError(
        `${file.name} is the second ${isOfBase ? 'base-code encoder' : 'encoder of W+ codes'}.`,
        { hint: 'Give at most one of each.' },
      );
    }
    if (isOfBase) Object.assign(found, readBaseEncoder(parsed, file.name, generator, wanted));
    else found.codeEncoder = makeCodeEncoder(parsed, file.name, generator);
  }
  return found;
}

function readBaseEncoder(
  { tensors, options }: NetworkFile,
  name: string,
  generator: Generator,
  wanted: number,
): { readonly encoder: BasecodeEncoder; readonly baseSize: number } {
  const encoder = new BasecodeEncoder(weightsOf(tensors));
  const baseSize = statedSize(options, name) ?? wanted;
  generator.firstRow(baseSize);
  checkEncoder(encoder, generator, baseSize);
  return { encoder, baseSize };
}

/** The side that an encoder's file says it was trained for: its weights fit any. */
function statedSize({ base_size: size }: NetworkFile['options'], name: string): number | undefined {
  if (size === undefined || size === null) return undefined;
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size;
  throw new FwplusError(
    `${name} has a base_size of ${JSON.stringify(size)}, wanted a whole number above 0.`,
    {
      hint: 'Convert the original checkpoint again.',
    },
  );
}

function readPerceptual(file: ModelFile): PerceptualDistance {
  return new PerceptualDistance(weightsOf(open(file, ['lpips']).tensors));
}

async function readPNorm(file: ModelFile, model: Model) {
  const { tensors, options } = open(file, ['pnorm']);
  const { generator: of } = options;
  const here = model.generatorId ?? model.id;
  if (typeof of === 'string' && of !== here) {
    throw new FwplusError(`${file.name} has the P-norm+ statistics of '${of}', the generator is '${here}'.`, {
      hint: 'Make this generator’s own: fwplus statistics MODEL -o FILE',
    });
  }
  return decodePNorm(tensors, model.generator.wDim);
}

function open({ name, bytes }: ModelFile, wanted: readonly NetworkKind[]): NetworkFile {
  const file = parseNetworkFile(bytes, name);
  requireNetwork(file, wanted, name);
  return file;
}

/** What the parts add to an id. Directions are no part of an inversion. */
async function partsId(parts: ModelParts): Promise<string> {
  const lines: string[] = [];
  const titles = new Set<string>();
  const add = async (part: string, title: string, file: ModelFile | undefined) => {
    if (!file) return;
    titles.add(title);
    lines.push(`${part} ${await sha256(file.bytes)}`);
  };
  const { encoders = [] } = parts;
  for (const file of encoders) await add('encoder', encoders.length > 1 ? 'two encoders' : 'encoder', file);
  await add('perceptual', 'LPIPS', parts.perceptual);
  await add('pnorm', 'P-norm+', parts.pnorm);
  if (lines.length === 0) return '';
  // Sorted: the order of two encoders means nothing.
  const hash = await sha256(new TextEncoder().encode(lines.sort().join('\n')));
  return ` with ${[...titles].join(', ')} (${hash.slice(0, 8)})`;
}
