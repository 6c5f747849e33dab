/** What races on this machine have shown, as a small JSON text in a store that the host has. */
import { FwplusError } from '../../errors.js';
import { type ChoiceTable, isChoiceTable } from './choices.js';

/** One text that outlives the program: a file in Node, the browser's storage in a page. */
export interface TuningStore {
  /** For people: a path, or what else it is. */
  readonly place: string;
  /** Undefined where nothing has been written yet. Rejects where it cannot be read. */
  read(): Promise<string | undefined>;
  /** All or nothing. */
  write(text: string): Promise<void>;
}

/** By adapter key. */
export type Remembered = Readonly<Record<string, ChoiceTable>>;

const FORMAT = 'fwplus-tuning-1';

/** What the store holds; nothing, and a note that says why, where it cannot be read. */
export async function readRemembered(store: TuningStore): Promise<{ remembered: Remembered; note?: string }> {
  try {
    const text = await store.read();
    return { remembered: text === undefined ? {} : parse(text) };
  } catch (error) {
    const note = `${store.place} is left out: ${(error as Error).message}. \`fwplus tune\` writes it anew.`;
    return { remembered: {}, note };
  }
}

function parse(text: string): Remembered {
  const { format, adapters } = (JSON.parse(text) ?? {}) as { format?: unknown; adapters?: unknown };
  if (format !== FORMAT) throw new Error(`its format is ${JSON.stringify(format)}, wanted '${FORMAT}'`);
  if (typeof adapters !== 'object' || adapters === null) throw new Error('it names no adapters');
  for (const [adapter, table] of Object.entries(adapters)) {
    if (!isChoiceTable(table)) throw new Error(`what it holds for ${adapter} are no names of plans`);
  }
  return adapters as Remembered;
}

/** Adds choices to those of an adapter. What cannot be read is written over. Throws a FwplusError where writing fails. */
export async function remember(store: TuningStore, adapter: string, choices: ChoiceTable): Promise<void> {
  const { remembered } = await readRemembered(store);
  const adapters = { ...remembered, [adapter]: { ...remembered[adapter], ...choices } };
  try {
    await store.write(`${JSON.stringify({ format: FORMAT, adapters }, null, 1)}\n`);
  } catch (cause) {
    throw new FwplusError(`Remembering plans in ${store.place}: ${(cause as Error).message}.`, {
      hint: 'In Node the folder is that of XDG_CACHE_HOME, or .cache in your home; it has to be writable.',
      cause,
    });
  }
}
