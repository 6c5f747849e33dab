import type { FwplusError } from '../../../errors.js';
import { type ByteSource, slice } from '../source.js';
import { type Budget, LIMITS } from './limits.js';
import { latin1, twosComplement } from './literals.js';
import type { Argument } from './opcodes.js';
import { BytesInFile } from './values.js';
import type { Window } from './window.js';

/** Text, a number, bytes, or two lines. */
export type ArgumentValue = number | bigint | string | Uint8Array | BytesInFile | readonly [string, string];

type Fail = (found: string) => FwplusError;

/** Reads what follows an opcode. The window holds the next 8 bytes, or all that are left. */
export class ArgumentReader {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    private readonly source: ByteSource,
    private readonly window: Window,
    private readonly budget: Budget,
    private readonly fail: Fail,
  ) {}

  read(argument: Exclude<Argument, 'none'>): ArgumentValue | Promise<ArgumentValue> {
    if (argument === 'line') return this.line();
    if (argument === 'lines2') return this.lines();
    const { window } = this;
    const size = Number(argument.at(-1));
    if (!window.has(size)) throw this.fail('is the last: the file is truncated within it.');
    switch (argument) {
      case 'uint1':
        return window.uint8();
      case 'uint2':
        return window.uint16();
      case 'uint4':
        return window.uint32();
      case 'int4':
        return window.int32();
      case 'uint8':
        return window.uint64();
      case 'float8':
        return window.float64();
      default:
        return this.sized(
          argument.slice(0, -1),
          size === 1 ? window.uint8() : size === 4 ? window.uint32() : window.uint64(),
        );
    }
  }

  private async line(): Promise<string> {
    const bytes = await this.window.line(LIMITS.line);
    this.spend(bytes.length);
    return latin1(bytes);
  }

  private async lines(): Promise<[string, string]> {
    return [await this.line(), await this.line()];
  }

  private async sized(kind: string, length: number): Promise<ArgumentValue> {
    const { window } = this;
    if (length > window.left) {
      throw this.fail(
        `has ${length} bytes from byte ${window.position} on, the file ends at ${this.source.size}: it is truncated.`,
      );
    }
    if (kind === 'long' && length > LIMITS.integer) throw this.fail(`is an integer of ${length} bytes.`);
    if ((kind === 'bytes' || kind === 'string') && length > LIMITS.lazyBytes) {
      const name = `${this.source.name}, bytes from ${window.position}`;
      const bytes = new BytesInFile(slice(this.source, window.position, length, name));
      window.skip(length);
      return bytes;
    }
    this.spend(length);
    await window.fill(length);
    const bytes = window.take(length);
    if (kind === 'bytes') return bytes;
    if (kind === 'string') return latin1(bytes);
    if (kind === 'long') return twosComplement(bytes);
    try {
      return this.utf8.decode(bytes);
    } catch {
      // Python writes lone surrogates, which UTF-8 does not know.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    }
  }

  private spend(bytes: number): void {
    const over = this.budget.spend('heldBytes', bytes);
    if (over) throw this.fail(over);
  }
}
