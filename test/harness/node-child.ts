/** The Node host, a process of its own: runs lists of cases and uvu files and tells its parent. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isSelected, type Selection, type TestEvent } from './events.js';
import { type CaseList, runCases, textOf } from './run-cases.js';

export interface NodeOrder extends Selection {
  /** Sources below test/, by their paths from the root: `*.cases.ts` and `*.test.ts`. */
  readonly cases: readonly string[];
  readonly tests: readonly string[];
}

type UvuResult = [errors: string | true, passed: number, skipped: number, total: number];
type UvuQueue = (() => Promise<UvuResult>)[][];

const uvuFileSeconds = 300;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const order = JSON.parse(process.argv[2]) as NodeOrder;
const uvu = globalThis as unknown as { UVU_DEFER: number; UVU_QUEUE: UvuQueue; UVU_INDEX: number };

const lists: CaseList[] = [];
for (const file of order.cases) {
  const module = await load(file);
  if (module) lists.push({ file: nameOf(file), cases: module.cases as CaseList['cases'] });
}
await runCases(lists, order, {
  name: 'node',
  file: async (path) => new Uint8Array(await readFile(`${root}${path}`)),
  emit,
});
uvu.UVU_DEFER = 1; // files only register; run() below is what runs them
for (const file of order.tests) await runUvuFile(file);
emit({ type: 'done' });
process.disconnect();

async function runUvuFile(file: string): Promise<void> {
  const source = await readFile(compiled(file), 'utf8');
  const titles = [...source.matchAll(/\(\s*(['"`])(.+?)\1\s*,/g)].map((match) => match[2]);
  if (!['', ...titles].some((title) => isSelected(order, nameOf(file), title))) return;
  emit({ type: 'start', file: nameOf(file), name: 'all', seconds: uvuFileSeconds });
  const started = performance.now();
  const index = uvu.UVU_QUEUE?.length ?? 0;
  uvu.UVU_QUEUE ??= [];
  uvu.UVU_QUEUE.push([]);
  uvu.UVU_INDEX = index;
  if (!(await load(file))) return;
  let [passed, failed, skipped] = [0, 0, 0];
  for (const run of uvu.UVU_QUEUE[index]) {
    const [errors, ran, left, total] = await quietly(run);
    passed += ran;
    failed += total - ran;
    skipped += left;
    const error = errors === true ? 'its before or after hook failed (uvu does not say how)' : errors.trim();
    if (ran < total) emit({ type: 'end', file: nameOf(file), name: 'all', error });
  }
  const milliseconds = performance.now() - started;
  emit({ type: 'suite', result: { file: nameOf(file), passed, failed, skipped, milliseconds } });
}

/** Without uvu's own dots and counts. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const write = process.stdout.write;
  const noise = /^(• |✘ | .+ {2}| {2}\(\d+ \/ \d+\)\n)$/;
  process.stdout.write = function (this: typeof process.stdout, text: unknown, ...rest: unknown[]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    if (typeof text === 'string' && noise.test(text.replace(/\x1b\[\d+m/g, ''))) return true;
    return Reflect.apply(write, this, [text, ...rest]) as boolean;
  } as typeof write;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}

async function load(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await import(pathToFileURL(compiled(file)).href);
  } catch (error) {
    emit({ type: 'stray', where: `loading ${relative(root, file)}`, error: textOf(error) });
    return undefined;
  }
}

function compiled(file: string): string {
  return `${root}dist/${file.replace(/\.ts$/, '.js')}`;
}

function nameOf(file: string): string {
  return file.replace(/^test\//, '').replace(/\.ts$/, '');
}

function emit(event: TestEvent): void {
  process.send?.(event);
}
