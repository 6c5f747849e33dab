/**
 * Runs every test: in Node, in Chromium, and once more in Node on Chromium's own driver what Chromium has recorded.
 * Started by scripts/test.js with its options as JSON; answers with a tally.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HostName } from './case.js';
import { runChromium } from './chromium-host.js';
import { caseId } from './events.js';
import { runNode } from './node-host.js';
import type { HostReport, Tally } from './report.js';
import { type Comparison, compareBytes, compareClosely } from './sameness.js';

interface Options {
  readonly hosts: readonly HostName[];
  /** A regular expression on `file > name`. */
  readonly pattern: string;
  readonly chromium?: string;
  /** The description of Chromium's software driver, for VK_DRIVER_FILES. */
  readonly swiftshader?: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { hosts, pattern, chromium, swiftshader } = JSON.parse(process.argv[2]) as Options;
const files = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((file) => existsSync(`${root}dist/${file.replace(/\.ts$/, '.js')}`))
  .sort();
const cases = files.filter((file) => file.endsWith('.cases.ts'));
const tests = files.filter((file) => file.endsWith('.test.ts'));

const reports: HostReport[] = [];
const extra: Tally = { passed: 0, failed: 0, skipped: 0 };
let nodeReport: HostReport | undefined;
if (hosts.includes('node')) {
  nodeReport = await runNode('Node', { cases, tests, pattern });
  reports.push(nodeReport);
}
if (hosts.includes('chromium')) {
  if (chromium) await inChromium(chromium);
  else extra.skipped++;
}
finish();

async function inChromium(executable: string): Promise<void> {
  const { report, version } = await runChromium({ executable, cases, pattern });
  reports.push(report);
  const { records } = report;
  if (nodeReport && records.length > 0) {
    const shared = nodeReport.records;
    count('Node against Chromium, each on its own driver', compareClosely(shared, records), true);
  }
  if (records.length === 0) return;
  if (!swiftshader) {
    console.log(
      '\nThe same bytes on one driver: skipped, this Chromium comes without a Vulkan driver for Node.',
    );
    extra.skipped++;
    return;
  }
  const only = [...new Set(records.map(({ file, name }) => caseId(file, name)))];
  const same = await runNode(
    `Node on Chromium's driver`,
    { cases, tests: [], pattern: '', only },
    swiftshader,
  );
  reports.push(same);
  const { isRecorded, pair } = versions(version);
  const title = `The same bytes in Node and Chromium on one driver (${pair}${isRecorded ? '' : ', not the recorded pair: differences are only reported'})`;
  count(title, compareBytes(same.records, records), isRecorded);
}

/** Prints and counts comparisons; differences that do not bind count as skipped. */
function count(title: string, comparisons: readonly Comparison[], binds: boolean): void {
  if (comparisons.length === 0) return;
  console.log(`\n${title}`);
  const same = comparisons.filter(({ difference }) => difference === '');
  extra.passed += same.length;
  if (same.length > 0) console.log(`  ✓ ${same.length} of ${comparisons.length} records agree`);
  for (const { id, difference } of comparisons.filter((comparison) => !same.includes(comparison))) {
    extra[binds ? 'failed' : 'skipped']++;
    console.log(`  ${binds ? '✗' : '-'} ${id}: ${difference}`);
  }
}

/** Whether this is the pair of versions for which equal bytes were recorded. */
function versions(chromiumVersion: string): { isRecorded: boolean; pair: string } {
  const recorded = JSON.parse(readFileSync(`${root}test/harness/recorded-pair.json`, 'utf8'));
  const { version } = JSON.parse(readFileSync(`${root}node_modules/webgpu/package.json`, 'utf8'));
  return {
    isRecorded: version === recorded.webgpu && chromiumVersion === recorded.chromium,
    pair: `webgpu ${version}, Chromium ${chromiumVersion}`,
  };
}

function finish(): void {
  const failures = reports.flatMap((report) => report.failures);
  if (failures.length > 0) console.log('\nFailures');
  for (const { where, error } of failures) console.log(`\n✗ ${where}\n${error.replace(/^/gm, '    ')}`);
  const total = { ...extra };
  for (const { tally } of reports) {
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  console.log('');
  process.send?.(total, () => process.disconnect());
}
