import { FwplusError } from '../../../errors.js';
import { AGAIN, type ByteSource } from '../source.js';
import { ArgumentReader, type ArgumentValue } from './arguments.js';
import { checkGraph } from './graph.js';
import { LIMITS, type Limit } from './limits.js';
import { type Opcode, opcodes } from './opcodes.js';
import { type Handler, handlers } from './operations.js';
import { type Build, type Session, TOO_MUCH } from './session.js';
import { PickledDict, type PickleValue } from './values.js';
import { Window } from './window.js';

/** Gives the value that a persistent id stands for: in torch files, a storage. */
export type PersistentLoad = (id: PickleValue, build: Build) => PickleValue;

export interface PickleResult {
  readonly value: PickleValue;
  /** The offset of the first byte after the pickle. */
  readonly end: number;
}

/**
 * Reads the pickle at `position` of a source, of any protocol from 0 to 5. It is a list of operations on a stack of plain
 * values; those that would import or call something (see globals.ts) make values of values, and nothing is ever evaluated.
 * Throws a `FwplusError` that names the byte and the opcode where the pickle is damaged, asks for what is not on the list,
 * or for more than `LIMITS`; where a value holds itself; and where it would be endless if written out.
 */
export async function readPickle(
  source: ByteSource,
  position: number,
  session: Session,
  persistent?: PersistentLoad,
): Promise<PickleResult> {
  const machine = new Machine(source, position, session, persistent);
  const value = await machine.run();
  checkGraph(value, source.name);
  return { value, end: machine.end };
}

/** The state of one pickle that is being read. Its operations are in operations.ts. */
export class Machine implements Build {
  readonly stack: PickleValue[] = [];
  /** Lengths of the stack at its marks. */
  readonly marks: number[] = [];
  readonly memo = new Map<number, PickleValue>();
  /** What has become of objects in the memo that were made in two steps. */
  readonly replaced = new Map<PickleValue, PickleValue>();
  at: number;
  private opcode = '';
  private readonly window: Window;
  private readonly reader: ArgumentReader;

  constructor(
    readonly source: ByteSource,
    position: number,
    readonly session: Session,
    readonly persistent: PersistentLoad | undefined,
  ) {
    this.at = position;
    this.window = new Window(source, position);
    this.reader = new ArgumentReader(source, this.window, session.budget, (found) => this.fail(found));
  }

  get end(): number {
    return this.window.position;
  }

  /** Bytes from the next opcode to the file's end. */
  get left(): number {
    return this.window.left;
  }

  /** Goes through the operations up to STOP and returns what is then on the stack. */
  async run(): Promise<PickleValue> {
    const { window } = this;
    for (;;) {
      // An opcode has at most 8 bytes before what has a length of its own.
      if (!window.has(9)) await window.fill(Math.max(1, Math.min(9, window.left)));
      this.at = window.position;
      const byte = window.uint8();
      const found = opcodes[byte];
      if (!found) throw this.unknown(byte);
      this.opcode = found.name;
      this.spend('operations', 1);
      if (found.name === 'STOP') break;
      // Most operations need not wait.
      const argument = this.argument(found);
      const given = argument instanceof Promise ? await argument : argument;
      const done = (handlers[found.name] as Handler)(this, given);
      if (done) await done;
      if (this.stack.length + this.marks.length > LIMITS.stack || this.memo.size > LIMITS.memo) {
        throw this.fail(
          `makes the stack larger than ${LIMITS.stack} values, or the memo than ${LIMITS.memo}.`,
        );
      }
    }
    if (this.stack.length !== 1 || this.marks.length > 0) {
      throw this.fail(`finds ${this.stack.length} values on the stack, wanted one.`);
    }
    return this.stack[0]!;
  }

  fail(found: string, hint: string = AGAIN): FwplusError {
    return new FwplusError(`Reading ${this.source.name}: at byte ${this.at}, ${this.opcode} ${found}`, {
      hint,
    });
  }

  spend(limit: Limit, amount: number): void {
    const over = this.session.budget.spend(limit, amount);
    if (over) throw this.fail(`is too much: ${over}`, TOO_MUCH);
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  /** Pushes a value that has members of its own. */
  pushObject(value: PickleValue): void {
    this.spend('objects', 1);
    this.stack.push(value);
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.fail('finds no value on the stack.');
    return this.stack.pop()!;
  }

  top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.fail('finds no value on the stack.');
    return this.stack.at(-1)!;
  }

  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.fail('finds no mark on the stack.');
    return this.stack.splice(mark);
  }

  /** Sets alternating keys and values. */
  setItems(target: PickledDict, pairs: readonly PickleValue[]): void {
    if (pairs.length % 2 !== 0) throw this.fail('finds a key without a value.');
    this.spend('members', pairs.length);
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]!;
      if (key instanceof PickledDict) throw this.fail('finds a dict as a key.');
      target.set(key, pairs[i + 1]!);
    }
  }

  private argument({ argument }: Opcode): ArgumentValue | undefined | Promise<ArgumentValue> {
    return argument === 'none' ? undefined : this.reader.read(argument);
  }

  private unknown(byte: number): FwplusError {
    const hex = byte.toString(16).padStart(2, '0');
    return new FwplusError(
      `Reading ${this.source.name}: the byte ${hex} at ${this.at} is no operation of a pickle.`,
      { hint: AGAIN },
    );
  }
}
