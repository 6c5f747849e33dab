/** `fwplus convert` and `fwplus inspect`: networks of other programs' checkpoints. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FwplusError } from '../errors.js';
import { foreignNetwork, openForeign } from '../inversion/foreign.js';
import { stemOf } from '../io/convert/join.js';
import { type ConvertedNetwork, parameters } from '../io/convert/network.js';
import { summarise } from '../io/convert/summary.js';
import { checkValues, staysFloat32, type WriteOptions, writeNetwork } from '../io/convert/write.js';
import { NETWORKS } from '../io/network-file.js';
import { writeStreamed } from '../io/node/file-sink.js';
import { type FileSource, fileSource } from '../io/node/file-source.js';
import { withWritableFolders } from '../io/node/files.js';
import { contentsOf, describe, nextCommand } from './conversion-report.js';
import { listenForInterrupts } from './interruption.js';
import type { Options } from './options.js';
import { CountingBar } from './progress.js';
import { UsageError } from './usage-error.js';

/** Values from which on progress is worth a line. */
const LARGE = 5e6;
/** What is taken of a folder. */
const CHECKPOINT = /\.(pkl|pt|pth|npy|npz)$/i;

export function convert(options: Options): Promise<number> {
  const { images: paths, part, half, quiet } = options;
  return withFiles(options, async (sources) => {
    const output = await outputOf(options);
    const checkpoint = await openForeign(sources);
    const found = await foreignNetwork(checkpoint, paths[0]!, part);
    process.stdout.write(describe(found, summarise(checkpoint)));
    const room = (half ? 2 : 4) * parameters(found.network) + 2 ** 20;
    const name = stemOf(paths[0]!);
    const write = async (watch: Watch) => {
      const { bytes, keptFloat32 } = await writeStreamed(output, (sink) =>
        writeNetwork(found.network, sink, { ...watch, name, half }),
      );
      if (half && !quiet && staysFloat32(found.network.kind)) {
        process.stderr.write(`Note: ${NETWORKS[found.network.kind]} stay float32.\n`);
      }
      for (const key of keptFloat32) {
        if (!quiet)
          process.stderr.write(`Note: '${key}' stays float32: float16 cannot hold its values well.\n`);
      }
      process.stdout.write(`Wrote ${output} (${megabytes(bytes)})\n${nextCommand(found.network, output)}\n`);
    };
    return withWritableFolders([dirname(output)], room, () => withProgress(options, found.network, write));
  });
}

export function inspect(options: Options): Promise<number> {
  const { images: paths, part } = options;
  return withFiles(options, async (sources) => {
    const checkpoint = await openForeign(sources);
    const found = await foreignNetwork(checkpoint, paths[0]!, part).catch((error) => {
      process.stdout.write(contentsOf(summarise(checkpoint)));
      throw error;
    });
    process.stdout.write(describe(found, summarise(checkpoint)));
    return withProgress(options, found.network, async ({ onProgress, signal }) => {
      await checkValues(found.network, { onProgress, signal });
      process.stdout.write('All values are finite.\n');
    });
  });
}

/** Opens the files that are given, and closes them. */
async function withFiles(
  { images: paths, command }: Options,
  body: (sources: readonly FileSource[]) => Promise<number>,
): Promise<number> {
  if (paths.length === 0) {
    throw new UsageError(`${command}: no file is given.`, { hint: `See fwplus ${command} --help.` });
  }
  const sources: FileSource[] = [];
  try {
    for (const path of await filesOf(paths)) sources.push(await fileSource(path));
    return await body(sources);
  } finally {
    for (const source of sources) await source.close();
  }
}

/** In place of a folder the checkpoints in it, such as the arrays of P-norm+. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const found = paths.map(async (path) => {
    const names = await readdir(path).catch(() => undefined);
    if (!names) return [path];
    const files = names.filter((name) => CHECKPOINT.test(name)).sort();
    if (files.length > 0) return files.map((name) => join(path, name));
    throw new FwplusError(`Converting ${path}: the folder holds no checkpoint.`, {
      hint: 'Files of checkpoints end with .pkl, .pt, .pth, .npy or .npz.',
    });
  });
  return (await Promise.all(found)).flat();
}

type Watch = Pick<WriteOptions, 'onProgress' | 'signal'>;

/** Says how far it has come where that takes long. Ctrl-C stops it, and nothing is written. */
async function withProgress(
  { quiet }: Options,
  network: ConvertedNetwork,
  body: (watch: Watch) => Promise<void>,
): Promise<number> {
  const interruption = listenForInterrupts(() => {});
  const bar = new CountingBar('reading', quiet || parameters(network) < LARGE);
  const onProgress = (done: number) => {
    const percent = Math.floor(100 * done);
    if (percent > 0) bar.update(percent, 100, () => ' %');
  };
  try {
    await body({ onProgress, signal: interruption.signal });
    bar.end();
    return 0;
  } catch (error) {
    bar.end();
    if (!interruption.signal.aborted) throw error;
    if (!quiet) process.stderr.write('Interrupted; nothing was written.\n');
    return interruption.exitCode;
  } finally {
    interruption.end();
  }
}

/** Where the converted network goes; never onto a file that is read. */
async function outputOf({ images: paths, output }: Options): Promise<string> {
  const [path] = paths as [string, ...string[]];
  if (output !== undefined && !output.endsWith('.safetensors')) {
    throw new UsageError(
      `convert: the output file is '${output}', wanted a name that ends with .safetensors.`,
      {
        hint: `For example -o ${stemOf(path)}.safetensors`,
      },
    );
  }
  const beside = (ending: string) => join(dirname(path), `${stemOf(basename(path))}${ending}`);
  const target = output ?? beside('.safetensors');
  const real = (each: string) => realpath(each).catch(() => each);
  const read = await Promise.all(paths.map(real));
  if (!read.includes(await real(target))) return target;
  if (output === undefined) return beside('.converted.safetensors');
  throw new UsageError(`convert: ${output} is the file that is read.`, {
    hint: 'Give another name for the result.',
  });
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
