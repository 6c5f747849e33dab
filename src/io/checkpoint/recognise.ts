import { FwplusError } from '../../errors.js';
import { sniff } from '../sniff.js';
import { isNpy } from './npy.js';
import type { ByteSource } from './source.js';
import { viewOf } from './zip-directory.js';

/** Bytes of the beginning that tell what a file is. */
export const HEAD_BYTES = 512;

/** What a file begins as. ZIP archives are torch files or .npz; pickles may be torch files, too. */
export type Container = 'zip' | 'npy' | 'safetensors' | 'pickle';

/** A text pickle begins so, unlike any other text: a dict, list or tuple, or the name of a class. */
const textPickle = /^(\(|\]|\}|\)|[ci][\w.]+\r?\n[\w.]+\r?\n)/;

/** What to do about files that are something else, by words of their names in sniff.ts. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/Git LFS/, 'Fetch the file itself with "git lfs pull", or download it from the page of the project.'],
  [/git-annex/, 'Fetch the file itself with "git annex get", or download it from the page of the project.'],
  [/HTML|SVG/, 'A page was saved in place of the file, often one that asks to confirm; download it again.'],
  [/empty/, 'The file was never written; copy or download it again.'],
  [/archive/, 'Unpack it first, and give the checkpoint in it.'],
  [/JSON|text/, 'Give the checkpoint itself, not a description of it.'],
  [/image|icon|video|document/, 'Give the file of a network: .pkl, .pt, .pth, .npy, .npz or .safetensors.'],
];

/** Tells by its beginning what a file is. Throws where it is no checkpoint, saying what it looks like and what to do. */
export function recognise(source: ByteSource, head: Uint8Array): Container {
  const first = head[0];
  if (isNpy(head)) return 'npy';
  // Before pickles: the length that a safetensors file begins with may look like the beginning of one.
  if (head.length > 8 && head[8] === 0x7b && viewOf(head).getBigUint64(0, true) <= 100_000_000n) {
    return 'safetensors';
  }
  if (first === 0x80 && head[1]! <= 5) return 'pickle';
  const word = head.length >= 4 ? viewOf(head).getUint32(0) : 0;
  if (word === 0x504b0304 || word === 0x504b0506) return 'zip';
  const text = new TextDecoder('latin1').decode(head);
  if (textPickle.test(text)) return 'pickle';
  const { name } = sniff(head);
  throw new FwplusError(
    `Reading ${source.name}: found ${name}, wanted a checkpoint (torch, pickle, NumPy or safetensors).`,
    { hint: hints.find(([words]) => words.test(name))?.[1] ?? 'The file is damaged, or no checkpoint.' },
  );
}
