/**
 * What one file may ask for. Real checkpoints stay far below: StyleGAN2's of config F, with optimiser, have some 10^5
 * operations and 10^4 objects, at most 30 levels deep.
 */
export const LIMITS = {
  /** Opcodes of one pickle. */
  operations: 1e7,
  /** Values on the stack, marks included. */
  stack: 2 ** 20,
  memo: 2 ** 21,
  /** Lists, tuples, sets, dicts, tensors and other objects. */
  objects: 2 ** 19,
  /** Members of all lists, tuples, sets and dicts together. */
  members: 2 ** 23,
  /** Bytes of text and of byte strings that are held; longer byte strings stay in the file. */
  heldBytes: 2 ** 28,
  /** Bytes from which a byte string stays in the file. */
  lazyBytes: 2 ** 16,
  /** Bytes of one line of a text opcode. */
  line: 2 ** 24,
  /** Bytes of one integer. */
  integer: 256,
  /** Levels of objects in objects. */
  depth: 500,
  /** What the values would be if shared ones were written out each time: bounds any walk along paths. */
  expanded: 2 ** 24,
  /** Torch files inside of pickles inside of torch files. */
  nested: 3,
  /** Such files altogether. */
  files: 2 ** 14,
} as const;

export type Limit = 'operations' | 'objects' | 'members' | 'heldBytes' | 'files';

const names: Record<Limit, string> = {
  operations: 'operations',
  objects: 'lists, dicts and other objects',
  members: 'members of lists and dicts',
  heldBytes: 'bytes of text and byte strings',
  files: 'files in the file',
};

/** What is left of the limits; pickles nested in each other share one. */
export class Budget {
  private readonly spent: Record<Limit, number> = {
    operations: 0,
    objects: 0,
    members: 0,
    heldBytes: 0,
    files: 0,
  };

  /** Spends; gives a sentence where that is too much. */
  spend(limit: Limit, amount: number): string | undefined {
    this.spent[limit] += amount;
    if (this.spent[limit] <= LIMITS[limit]) return undefined;
    return `it asks for more than ${LIMITS[limit]} ${names[limit]}.`;
  }
}
