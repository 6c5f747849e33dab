import { FwplusError } from '../../../errors.js';
import { AGAIN, type ByteSource } from '../source.js';
import { Budget, LIMITS, type Limit } from './limits.js';
import type { PickledGlobal, PickleValue } from './values.js';

export const TOO_MUCH = 'No checkpoint is like this; do not trust the file.';

/** Reads a torch file that stands in a pickle as a byte string. */
export type NestedReader = (source: ByteSource, session: Session) => Promise<PickleValue>;

/** What all pickles of one file share. */
export class Session {
  readonly budget = new Budget();
  /** Every class and function that the file names, refused ones too. */
  readonly globals = new Set<string>();
  private depth = 0;

  constructor(private readonly readNested: NestedReader) {}

  /** Spends, and throws where that is too much. */
  spend(limit: Limit, amount: number, name: string): void {
    const over = this.budget.spend(limit, amount);
    if (over) throw new FwplusError(`Reading ${name}: ${over}`, { hint: TOO_MUCH });
  }

  async nested(source: ByteSource): Promise<PickleValue> {
    this.spend('files', 1, source.name);
    if (this.depth >= LIMITS.nested) {
      throw new FwplusError(
        `Reading ${source.name}: it is a file in a file in a file; ${LIMITS.nested} levels are read.`,
        { hint: AGAIN },
      );
    }
    this.depth++;
    const value = await this.readNested(source, this);
    this.depth--;
    return value;
  }
}

/** What the builders of objects may do: they see values, never code. */
export interface Build {
  readonly source: ByteSource;
  /** The byte of the opcode that asks for the object. */
  readonly at: number;
  readonly session: Session;
  /** An error that names the file, the byte and the opcode. */
  fail(found: string, hint?: string): FwplusError;
  /** Counts members that are copied. */
  spend(limit: 'members' | 'heldBytes', amount: number): void;
}

/** Makes a value in the place of a call; `args` are new and may be kept. */
export type Builder = (
  args: PickleValue[],
  build: Build,
  global: PickledGlobal,
) => PickleValue | Promise<PickleValue>;
