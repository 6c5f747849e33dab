import { FwplusError } from '../errors.js';

/** A command line that says nothing we can do: exit code 2. */
export class UsageError extends FwplusError {}
