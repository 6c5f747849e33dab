import type { Checkpoint } from '../checkpoint/index.js';
import type { ConvertedNetwork, NetworkKind } from './network.js';

/** A network that a format has found in a checkpoint. */
export interface Candidate {
  readonly kind: NetworkKind;
  /** Where in the file it is, such as `G_ema`; '' for the file itself. `--part` takes it. */
  readonly part: string;
  /**
   * Gives its weights by our names; reads little. Throws a `FwplusError` that names the key where something is missing,
   * too much, of another shape or not supported.
   */
  convert(): ConvertedNetwork | Promise<ConvertedNetwork>;
}

/** One program's way of storing one kind of network. */
export interface Format {
  readonly name: string;
  /**
   * The networks that a checkpoint holds in this form, the one that is usually wanted first. Looks at names and shapes.
   * @param stem the file's name without folders and ending, which is all the name that a lone array has.
   */
  find(checkpoint: Checkpoint, stem: string): Candidate[];
}
