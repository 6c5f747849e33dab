/** Whether saved inversions can go on: of which model, pictures and method they are. */
import { FwplusError } from '../errors.js';
import type { InversionState } from './codes.js';
import { checkMethod, type Method } from './method.js';
import type { Model } from './model.js';

/**
 * @param targetHashes of the pictures that are to go on, in the states' order.
 * @throws FwplusError where a state is of another model, picture or method, and where they are not all after as many steps.
 */
export function checkResumed(
  model: Model,
  method: Method,
  states: readonly InversionState[],
  targetHashes: readonly string[],
): void {
  if (states.length !== targetHashes.length || states.some(({ step }) => step !== states[0]!.step)) {
    throw new FwplusError(
      `The saved inversions cannot go on together: ${targetHashes.length} pictures, states after ${states.map(({ step }) => step).join(', ')} steps.`,
      { hint: 'Give one state a picture, all after as many steps.' },
    );
  }
  for (const [at, state] of states.entries()) {
    if (state.modelId !== model.id) {
      throw mismatch(
        `it is of the model '${state.modelId}', this is '${model.id}'`,
        'Give the model that it was made with.',
      );
    }
    if (state.targetHash !== targetHashes[at]) {
      throw mismatch(
        'it is of another picture',
        'Give the same picture and the same --fit, or --restart instead of --resume to start anew.',
      );
    }
    const saved = checkMethod(state.method, 'The saved inversion');
    if (JSON.stringify(saved) !== JSON.stringify(method)) {
      throw mismatch(
        `it was made with other settings: ${differences(saved, method)}`,
        'Give the same settings, or --restart instead of --resume to start anew.',
      );
    }
  }
}

function mismatch(what: string, hint: string): FwplusError {
  return new FwplusError(`The saved inversion cannot go on: ${what}.`, { hint });
}

/** The settings by which two methods differ, as `learningRate 0.01 instead of 0.02`. */
function differences(saved: Method, wanted: Method): string {
  const shown = (method: Method, name: keyof Method) => JSON.stringify(method[name]);
  return (Object.keys(wanted) as (keyof Method)[])
    .filter((name) => shown(saved, name) !== shown(wanted, name))
    .map((name) => `${name} ${shown(saved, name)} instead of ${shown(wanted, name)}`)
    .join(', ');
}
