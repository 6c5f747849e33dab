/** The benchmark as a page: the same rows, table and charts as `npm run bench`, on the browser's own adapter. */
import { type Results, type Row, resultsOf } from '../../src/cli/bench-results.js';
import { describeAdapter } from '../../src/engine/adapter.js';
import { type Device, openDevice } from '../../src/engine/device.js';
import { measureCeilings } from '../../src/engine/measure/ceilings.js';
import { FwplusError } from '../../src/errors.js';
import { chooseCases } from '../cases/choose.js';
import { Own } from '../rounds.js';
import { runKernels } from '../run-kernels.js';
import { measureSteps } from '../step-rows.js';
import { choiceOf, EXTENTS, type PageChoice, STEPS } from './choice.js';
import { showFacts, showResults } from './show.js';

declare global {
  /** For whoever drives the page: what has been measured, or why nothing was. */
  var benchResults: Promise<Results>;
}

/** Browsers round timestamps to more than many a kernel takes. */
const CLOCK = 'wall';
const CEILING_MS = 3000;
const ROW_MS = 1500;
const STEP_MS = 20_000;

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [form, start, stop, save] = [
  element<HTMLFormElement>('form'),
  element<HTMLButtonElement>('start'),
  element<HTMLButtonElement>('stop'),
  element<HTMLAnchorElement>('save'),
];
const progress = element<HTMLProgressElement>('progress');

fillForm(new URLSearchParams(location.search));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  globalThis.benchResults = run();
});
if (new URLSearchParams(location.search).has('run')) globalThis.benchResults = run();

function fillForm(query: URLSearchParams): void {
  const options = (id: string, entries: readonly (readonly [string, string])[]) =>
    element(id).append(...entries.map(([value, text]) => new Option(text, value)));
  options('extent', Object.entries(EXTENTS));
  options(
    'steps',
    STEPS.map((side) => [side, side]),
  );
  for (const id of ['extent', 'kernels', 'shapes', 'steps']) {
    const value = query.get(id);
    if (value !== null) element<HTMLInputElement>(id).value = value;
  }
}

/** What the form says; steps of several generators only an address can name. */
function chosen(): ReturnType<typeof choiceOf> {
  const query = new URLSearchParams(location.search);
  for (const id of ['extent', 'kernels', 'shapes', 'steps']) {
    const { value } = element<HTMLInputElement>(id);
    if (value !== '') query.set(id, value);
  }
  return choiceOf(query);
}

async function run(): Promise<Results> {
  const interruption = new AbortController();
  stop.onclick = () => interruption.abort();
  start.disabled = true;
  stop.hidden = progress.hidden = false;
  save.hidden = true;
  try {
    const choice = chosen();
    const device = await openDevice(choice);
    try {
      const results = await measure(device, choice, interruption.signal);
      say(interruption.signal.aborted ? 'Stopped.' : 'Done.');
      save.href = URL.createObjectURL(new Blob([JSON.stringify(results, null, 2)]));
      save.hidden = false;
      return results;
    } finally {
      device.destroy();
    }
  } catch (error) {
    const { message, hint } = error as FwplusError;
    say(hint ? `${message} ${hint}` : message, true);
    throw error;
  } finally {
    start.disabled = false;
    stop.hidden = progress.hidden = true;
  }
}

async function measure(
  device: Device,
  choice: PageChoice & { readonly kernelsToo: boolean },
  signal: AbortSignal,
): Promise<Results> {
  const cases = choice.kernelsToo ? chooseCases(choice) : [];
  const parts = cases.length + choice.steps.length;
  const advance = (done: number, what: string) => {
    progress.value = done / Math.max(1, parts);
    say(what);
  };
  advance(0, `${describeAdapter(device.facts)}: what it can do at most …`);
  const ceilings = await measureCeilings(device, { mostMilliseconds: CEILING_MS, clock: CLOCK, signal });
  const rows: Row[] = [];
  const versions = { browser: navigator.userAgent, clock: CLOCK };
  const results = () => resultsOf(device.facts, versions, ceilings, rows);
  showFacts(results());
  await runKernels(cases, new Own(device, CLOCK), [], {
    ceilings,
    repeats: choice.repeats,
    mostMilliseconds: ROW_MS,
    signal,
    say,
    onRows: (found, done) => {
      rows.push(...found);
      const [own] = found;
      if (own) advance(done, `${done} of ${cases.length}: ${own.kernel} ${own.pass} ${own.shape}`);
      showResults(results());
    },
  });
  for (const [at, side] of choice.steps.entries()) {
    if (signal.aborted) break;
    advance(cases.length + at, `Whole steps at ${side} …`);
    try {
      const options = { ceilings, repeats: choice.repeats, mostMilliseconds: STEP_MS, signal };
      rows.push(...(await measureSteps(device, side, options)));
    } catch (error) {
      if (!(error instanceof FwplusError)) throw error;
      say(`No steps at ${side}: ${error.message}`, true);
    }
    showResults(results());
  }
  return results();
}

function say(text: string, isError = false): void {
  const status = element('status');
  status.textContent = text;
  status.classList.toggle('error', isError);
}
