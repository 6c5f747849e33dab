/** `fwplus convert` and `fwplus inspect`: networks of other programs' checkpoints. */
import { basename, dirname, extname, join } from 'node:path';
import { type ForeignNetwork, readForeign } from '../inversion/foreign.js';
import { parameters } from '../io/convert/network.js';
import { checkValues, writeNetwork } from '../io/convert/write.js';
import { writeStreamed } from '../io/node/file-sink.js';
import { fileSource } from '../io/node/file-source.js';
import type { Options } from './options.js';
import { UsageError } from './usage-error.js';

export async function convert(options: Options): Promise<number> {
  const path = onePath(options);
  const source = await fileSource(path);
  try {
    const found = await readForeign(source, options.part);
    describe(found);
    const name = basename(path, extname(path));
    const output = options.output ?? join(dirname(path), `${name}.safetensors`);
    const { bytes } = await writeStreamed(output, (sink) =>
      writeNetwork(found.network, sink, { name, half: options.half }),
    );
    process.stdout.write(`Wrote ${output} (${(bytes / 1e6).toFixed(1)} MB)\n`);
    return 0;
  } finally {
    await source.close();
  }
}

export async function inspect(options: Options): Promise<number> {
  const source = await fileSource(onePath(options));
  try {
    const found = await readForeign(source, options.part);
    describe(found);
    await checkValues(found.network);
    return 0;
  } finally {
    await source.close();
  }
}

function describe({ network }: ForeignNetwork): void {
  const facts = [
    ['Network', network.kind],
    ['Format', network.format],
    ...network.facts,
    ['Parameters', String(parameters(network))],
  ];
  for (const [label, text] of facts) process.stdout.write(`${label!.padEnd(12)} ${text}\n`);
}

function onePath({ images, command }: Options): string {
  const [path, ...more] = images;
  if (path !== undefined && more.length === 0) return path;
  throw new UsageError(`${command} takes one file.`, { hint: `See fwplus ${command} --help.` });
}
