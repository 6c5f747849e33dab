/** The browser host: what the page that holds all lists runs. */
import type { Selection, TestEvent } from './events.js';
import { type CaseList, runCases } from './run-cases.js';

declare global {
  /** Exposed by the driver of the browser. */
  var emitTestEvent: (event: TestEvent) => Promise<void>;
}

export async function runInPage(lists: readonly CaseList[], selection: Selection): Promise<void> {
  let sent = Promise.resolve();
  await runCases(lists, selection, {
    name: 'chromium',
    file: async (path) => {
      const response = await fetch(`/files/${path}`);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    emit: (event) => {
      sent = sent.then(() => globalThis.emitTestEvent(event));
      return sent;
    },
  });
  await sent;
}
