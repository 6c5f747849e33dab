/**
 * A converted network: a .safetensors file with our names of its weights, and in the metadata
 *   fwplus    '1', the version of this layout
 *   network   which network; see NetworkKind
 *   options   JSON: what of the network stands in no weight
 *   name      for people
 *   source    what it was made from
 * convert/write.ts writes them.
 */
import { FwplusError } from '../errors.js';
import { HEAD_BYTES, recognise } from './checkpoint/recognise.js';
import { bytesSource } from './checkpoint/source.js';
import { stemOf } from './convert/join.js';
import type { NetworkKind } from './convert/network.js';
import { TensorFile } from './safetensors.js';

/** What a converted file may hold, in words. */
export const NETWORKS: Readonly<Record<NetworkKind, string>> = {
  stylegan1: 'a StyleGAN1 generator',
  stylegan2: 'a StyleGAN2 generator',
  vgg16: 'VGG16 without the weights of LPIPS',
  alexnet: 'AlexNet without the weights of LPIPS',
  lpips: 'LPIPS',
  'basecode-encoder': 'a base-code encoder',
  'idinvert-encoder': 'IDinvert’s encoder',
  'style-encoder': 'a style encoder (pSp, e4e)',
  pnorm: 'P-norm+ statistics',
  directions: 'directions',
};

export interface NetworkFile {
  readonly network: NetworkKind;
  readonly options: Readonly<Record<string, unknown>>;
  /** For people; the file's own name where it says none. */
  readonly title: string;
  readonly tensors: TensorFile;
}

/**
 * Reads a converted file.
 * @param name what errors call the file: its path, so that the command they advise can be typed.
 * @throws FwplusError where it is something else, first of all a checkpoint that was not converted yet, or damaged.
 */
export function parseNetworkFile(bytes: Uint8Array, name: string): NetworkFile {
  refuseUnconverted(bytes.subarray(0, HEAD_BYTES), bytes.length, name);
  const tensors = TensorFile.parse(bytes, name);
  const { fwplus: version, network, options = '{}', name: title } = tensors.metadata;
  if (version === undefined) {
    throw new FwplusError(
      `${name} holds no network that fwplus has converted (its metadata has no 'fwplus').`,
      {
        hint: `Convert it first: ${convertCommand(name)}`,
      },
    );
  }
  if (version !== '1' || network === undefined || !Object.hasOwn(NETWORKS, network)) {
    throw new FwplusError(
      `${name} was converted by another version of fwplus: version '${version}', network '${network}'.`,
      { hint: 'Update fwplus, or convert the original checkpoint again.' },
    );
  }
  return {
    network: network as NetworkKind,
    options: parseOptions(options, name),
    title: title || stemOf(name),
    tensors,
  };
}

/**
 * Throws where a file begins as anything but safetensors; so a large checkpoint can be refused before all of it is read.
 * @param head its first HEAD_BYTES bytes.
 * @param size of the whole file.
 */
export function refuseUnconverted(head: Uint8Array, size: number, name: string): void {
  const found = recognise({ ...bytesSource(name, head), size }, head);
  if (found === 'safetensors') return;
  throw new FwplusError(`${name} is a checkpoint as another program wrote it, not a converted network.`, {
    hint: `Convert it first: ${convertCommand(name)}`,
  });
}

/** @throws FwplusError where a file holds another network than those in `wanted`. */
export function requireNetwork(file: NetworkFile, wanted: readonly NetworkKind[], name: string): void {
  if (wanted.includes(file.network)) return;
  const words = wanted.map((network) => NETWORKS[network]).join(' or ');
  throw new FwplusError(`${name} holds ${NETWORKS[file.network]}, wanted ${words}.`, {
    hint: TAKERS[file.network] ?? 'No command takes such a file as a part of a model.',
  });
}

/** Where a file that was given in the wrong place belongs. */
const TAKERS: Partial<Record<NetworkKind, string>> = {
  stylegan1: 'A generator is given as --model.',
  stylegan2: 'A generator is given as --model.',
  vgg16: 'Convert the weights of LPIPS together with it; see fwplus convert --help.',
  alexnet: 'Convert the weights of LPIPS together with it; see fwplus convert --help.',
  lpips: 'LPIPS is given as --lpips.',
  'basecode-encoder': 'A base-code encoder is given as --encoder.',
  'idinvert-encoder': 'An encoder of W+ codes is given as --encoder.',
  'style-encoder': 'An encoder of W+ codes is given as --encoder.',
  pnorm: 'P-norm+ statistics are given as --pnorm.',
  directions: 'Directions are given as --directions, or one of them as --direction FILE:NAME.',
};

/** How to convert a file or a folder: beside the original, and not onto it. */
export function convertCommand(name: string): string {
  const path = name.replace(/(?<=[^/\\])\.[^./\\]*$|[/\\]+$/, '');
  const ending = name.endsWith('.safetensors') ? '.converted.safetensors' : '.safetensors';
  return `fwplus convert ${quoted(name)} -o ${quoted(path + ending)}`;
}

/** As a shell takes it. */
export function quoted(text: string): string {
  return /^[\w./@%+=:,~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function parseOptions(text: string, name: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // said below
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found))
    return found as Record<string, unknown>;
  throw new FwplusError(`${name} is damaged: its options are no JSON object (${text.slice(0, 60)}).`, {
    hint: 'Convert the original checkpoint again.',
  });
}
