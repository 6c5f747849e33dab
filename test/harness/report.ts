/** Prints what a host says, counts it, and notices when the host hangs. */
import { caseId, type PackedRecord, type SuiteResult, type TestEvent } from './events.js';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Failure {
  readonly where: string;
  readonly error: string;
}

/** Beyond a case's own limit, for a host that cannot even keep its own time. */
const graceSeconds = 20;

export class HostReport {
  readonly tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  readonly failures: Failure[] = [];
  readonly records: PackedRecord[] = [];
  readonly #title: string;
  readonly #hung: () => void;
  readonly #started = performance.now();
  #running = 'starting';
  #watch: ReturnType<typeof setTimeout> | undefined;
  #done = false;

  /** @param hung ends the host by force */
  constructor(title: string, hung: () => void) {
    this.#title = title;
    this.#hung = hung;
    console.log(`\n${title}`);
  }

  handle(event: TestEvent): void {
    if (event.type === 'start') {
      this.#running = caseId(event.file, event.name);
      clearTimeout(this.#watch);
      this.#watch = setTimeout(this.#hung, (event.seconds + graceSeconds) * 1000);
    } else if (event.type === 'end') {
      clearTimeout(this.#watch);
      if (event.error) this.failures.push({ where: this.#where(event.file, event.name), error: event.error });
    } else if (event.type === 'suite') {
      clearTimeout(this.#watch);
      this.#suite(event.result);
    } else if (event.type === 'stray') {
      this.#fail(event.where, event.error);
    } else if (event.type === 'record') {
      this.records.push(event.record);
    } else if (event.type === 'log') {
      console.log(`    ${event.text}`);
    } else {
      this.#done = true;
    }
  }

  /** To be called when the host has ended, with what it ended with. */
  end(how: string): void {
    clearTimeout(this.#watch);
    if (!this.#done) this.#fail(this.#running, `${this.#title} ended early (${how})`);
    console.log(`  ${seconds(performance.now() - this.#started)} in all`);
  }

  #suite({ file, passed, failed, skipped, milliseconds }: SuiteResult): void {
    this.tally.passed += passed;
    this.tally.failed += failed;
    this.tally.skipped += skipped;
    const count = failed > 0 ? `${failed} of ${passed + failed} failed` : `${passed}`;
    const left = skipped > 0 ? `, ${skipped} skipped` : '';
    console.log(`  ${failed > 0 ? '✗' : '✓'} ${file} (${count}${left}) ${seconds(milliseconds)}`);
  }

  #fail(where: string, error: string): void {
    this.tally.failed++;
    this.failures.push({ where: `${this.#title}: ${where}`, error });
    console.log(`  ✗ ${where}`);
  }

  #where(file: string, name: string): string {
    return `${this.#title}: ${caseId(file, name)}`;
  }
}

export function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
