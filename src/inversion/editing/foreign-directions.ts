/** Directions of other programs' files: interfacegan, encoder4editing, idinvert_pytorch, GANSpace. */
import { FwplusError } from '../../errors.js';
import { type ByteSource, readCheckpoint } from '../../io/checkpoint/index.js';
import type { DirectionEntry } from '../../io/convert/direction-entry.js';
import { directions as format } from '../../io/convert/formats/directions.js';
import { stemOf } from '../../io/convert/join.js';
import type { Direction } from './direction.js';
import { makeDirection } from './directions-file.js';

/**
 * The directions of a .pt, .pth, .npy or .npz file; nothing in it is run. A lone vector has the file's name without ending,
 * components of GANSpace are `pc-0` and so on.
 * @param width D of the generator they are for.
 * @throws FwplusError where it holds no directions, is damaged, or is for another generator.
 */
export async function readForeignDirections(source: ByteSource, width: number): Promise<Direction[]> {
  const [candidate] = format.find(await readCheckpoint(source), stemOf(source.name));
  if (!candidate) {
    throw new FwplusError(`${source.name} holds no directions.`, {
      hint: 'Directions are arrays [1, D] or [1, R, D], boundaries of idinvert_pytorch, and components of GANSpace.',
    });
  }
  const { tensors, options } = await candidate.convert();
  const entries = Object.entries(options.directions as unknown as Record<string, DirectionEntry>);
  return Promise.all(
    entries.map(async ([name, entry]) => {
      const tensor = tensors.get(name)!;
      const data = await tensor.read(0, tensor.elements);
      return makeDirection(name, entry, tensor.shape, data, width, source.name);
    }),
  );
}
