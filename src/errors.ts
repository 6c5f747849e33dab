/**
 * The one class of error that fwplus throws on purpose.
 *
 * `message` says what was being done, what was found and what was wanted; `hint` says what the user can do.
 */
export class FwplusError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'FwplusError';
    this.hint = options.hint;
  }
}
