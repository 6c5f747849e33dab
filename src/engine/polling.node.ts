/**
 * How often Dawn is asked whether the GPU is done. npm `webgpu` (0.6.2) asks at every turn of the event loop while anything is awaited,
 * through the global setImmediate: a whole core of the processor, which on a software adapter are kernels that do not run (half
 * of all there is on two cores).
 */

/** So long it is asked at every turn: most of what a GPU does is over by then. */
const EAGER_MS = 2;
/** Then so rarely. */
const PAUSE_MS = 1;

let isPatched = false;

/** From now on, for all of the process. Whatever else calls setImmediate finds it as it was. */
export function pollGently(): void {
  if (isPatched) return;
  isPatched = true;
  const { setImmediate: original, setTimeout: later } = globalThis;
  let isAsking = false;
  let began = 0;
  const ask = (poll: () => void): void => {
    const now = performance.now();
    // Dawn asks again from within its own answer; from elsewhere a new wait begins.
    if (!isAsking) began = now;
    const turn = () => {
      isAsking = true;
      try {
        poll();
      } finally {
        isAsking = false;
      }
    };
    if (now - began < EAGER_MS) original(turn);
    else later(turn, PAUSE_MS);
  };
  globalThis.setImmediate = new Proxy(original, {
    apply: (target, self, args) =>
      isDawns(args) ? ask(args[0] as () => void) : Reflect.apply(target, self, args),
  });
}

/**
 * A function without a name that no JavaScript made, and nothing else. What resolves a promise is one, too, but takes a value and
 * cannot construct.
 */
function isDawns([callback, ...rest]: readonly unknown[]): boolean {
  return (
    rest.length === 0 &&
    typeof callback === 'function' &&
    callback.name === '' &&
    callback.length === 0 &&
    Object.hasOwn(callback, 'prototype') &&
    Function.prototype.toString.call(callback) === 'function () { [native code] }'
  );
}
