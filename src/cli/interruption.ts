/** Ctrl-C and its like. */
import { constants } from 'node:os';

export interface Interruption {
  /** Aborted by the first signal; the second one ends the process. */
  readonly signal: AbortSignal;
  /** 128 and the signal's number. */
  readonly exitCode: number;
  /** Leaves signals alone again. */
  end(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for signals; `onFirst` says what happens now. */
export function listenForInterrupts(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let exitCode = 130;
  const interrupt = (name: NodeJS.Signals) => {
    exitCode = 128 + constants.signals[name];
    if (controller.signal.aborted) process.exit(exitCode);
    onFirst();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    end() {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
