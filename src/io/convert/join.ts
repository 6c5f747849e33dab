/** Files that belong together: VGG16 and the linear weights of LPIPS, the three arrays of P-norm+, directions. */
import { FwplusError } from '../../errors.js';
import { type Checkpoint, PickledDict } from '../checkpoint/index.js';

/** A checkpoint, and the path or name of its file. */
export interface NamedCheckpoint {
  readonly path: string;
  readonly checkpoint: Checkpoint;
}

/**
 * One checkpoint of what all files hold, under the files' names without folders and endings; of one file it is that itself.
 * Throws a `FwplusError` where two files have one name.
 */
export function joinCheckpoints(files: readonly NamedCheckpoint[]): Checkpoint {
  if (files.length === 1) return files[0]!.checkpoint;
  const dict = new PickledDict();
  for (const { path, checkpoint } of files) {
    const stem = stemOf(path);
    if (dict.has(stem)) {
      throw new FwplusError(`Joining ${files.length} files: two are called '${stem}'.`, {
        hint: 'Rename one of them.',
      });
    }
    dict.set(stem, checkpoint.value);
  }
  return {
    format: files[0]!.checkpoint.format,
    value: dict,
    globals: [...new Set(files.flatMap(({ checkpoint }) => checkpoint.globals))],
  };
}

/** A file's name without folders and ending: `boundaries/age.npy` is `age`. */
export function stemOf(path: string): string {
  const name = path.split(/[/\\]/).at(-1)!;
  return name.replace(/(?<=.)\.(pkl|pt|pth|npy|npz|safetensors)$/i, '');
}
