import * as assert from 'uvu/assert';
import { FwplusError } from '../../src/errors.js';

/** Expects a FwplusError whose message fits. */
export async function refuses(action: () => unknown, pattern: RegExp): Promise<void> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, FwplusError, `expected a FwplusError, got ${String(error)}`);
  assert.match((error as Error).message, pattern);
}
