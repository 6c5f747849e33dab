/** What `fwplus convert` and `fwplus inspect` say. */
import type { ForeignNetwork } from '../inversion/foreign.js';
import type { Candidate } from '../io/convert/format.js';
import { type ConvertedNetwork, type NetworkKind, parameters } from '../io/convert/network.js';
import type { Entry } from '../io/convert/summary.js';
import { NETWORKS, quoted } from '../io/network-file.js';

/** What was found, line by line. */
export function describe({ network, chosen, others }: ForeignNetwork, contents: readonly Entry[]): string {
  const lines: [string, string][] = [
    ['Network', NETWORKS[network.kind]],
    ['Format', network.format],
    ...(chosen.part === '' ? [] : [['Part', chosen.part] as [string, string]]),
    ...network.facts.map(([label, text]): [string, string] => [label, text]),
    ['Parameters', parameters(network).toLocaleString('en-US')],
  ];
  if (network.ignored.length > 0) lines.push(['Not needed', grouped(network.ignored)]);
  const rest = besides(chosen, others, contents);
  if (rest !== '') lines.push(['Also there', rest]);
  lines.push(['Licence', network.licence]);
  return aligned(lines);
}

/** What a file holds that is no network of ours. */
export function contentsOf(contents: readonly Entry[]): string {
  return aligned(contents.map(({ key, text }) => [key, text]));
}

/** The command that uses the file. */
export function nextCommand({ kind }: ConvertedNetwork, path: string): string {
  const file = quoted(path);
  const commands: Readonly<Partial<Record<NetworkKind, string>>> = {
    stylegan1: `fwplus invert IMAGE -o DIR --model ${file}`,
    stylegan2: `fwplus invert IMAGE -o DIR --model ${file}`,
    'basecode-encoder': `fwplus invert IMAGE -o DIR --model GENERATOR --encoder ${file}`,
    'idinvert-encoder': `fwplus invert IMAGE -o DIR --model GENERATOR --encoder ${file}`,
    'style-encoder': `fwplus invert IMAGE -o DIR --model GENERATOR --encoder ${file}`,
    lpips: `fwplus invert IMAGE -o DIR --model GENERATOR --lpips ${file}`,
    pnorm: `fwplus invert IMAGE -o DIR --model GENERATOR --pnorm ${file}`,
    directions: `fwplus edit CODES -o DIR --model GENERATOR -d ${file}:NAME`,
  };
  const command = commands[kind];
  return command === undefined ? 'No command uses it yet; it is for the library.' : `Next: ${command}`;
}

/** Networks that `--part` would choose, and further keys of the file. */
function besides(chosen: Candidate, others: readonly Candidate[], contents: readonly Entry[]): string {
  const networks = others.map(({ part, kind }) => `${part} (${NETWORKS[kind]}: --part ${quoted(part)})`);
  const named = [chosen, ...others].map(({ part }) => part.split('.')[0]);
  const keys = contents.map(({ key }) => key).filter((key) => !named.includes(key));
  return [...networks, ...(chosen.part === '' ? [] : keys)].join(', ');
}

/** Keys that differ in numbers alone as one: `synthesis.b*.resample_filter × 9`. */
function grouped(keys: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const pattern = key.replace(/\d+/g, '*');
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  return [...counts].map(([pattern, count]) => (count > 1 ? `${pattern} × ${count}` : pattern)).join(', ');
}

function aligned(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(12, ...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)} ${text}\n`).join('');
}
