#!/usr/bin/env node
/** The `fwplus` command. */
import { FwplusError } from '../errors.js';
import { bench } from './bench.js';
import { convert, inspect } from './convert.js';
import { directions } from './directions.js';
import { doctor } from './doctor.js';
import { edit } from './edit.js';
import { COMMANDS, takes, usage } from './help.js';
import { invert } from './invert.js';
import { type Options, parseOptions } from './options.js';
import { start } from './start.js';
import { statistics } from './statistics.js';
import { tune } from './tune.js';
import { UsageError } from './usage-error.js';
import { ownVersion } from './version.js';

// Whoever read along may be gone (a closed terminal, `| head`); saving goes on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));

/**
 * Returns the exit code: 0 done, 1 an error, 2 a wrong command line; interrupted and saved: 130 by Ctrl-C (SIGINT), 143 by
 * SIGTERM, 129 by SIGHUP.
 */
async function main(words: readonly string[]): Promise<number> {
  try {
    return await perform(parseOptions(words));
  } catch (error) {
    report(error, words.includes('--stack'));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function perform(options: Options): Promise<number> {
  const { command, images } = options;
  if (options.version) {
    process.stdout.write(`${ownVersion()}\n`);
    return 0;
  }
  const asked = options.help || command === 'help';
  if (asked || command === undefined) {
    process.stdout.write(usage(command === 'help' ? images[0] : command));
    return asked ? 0 : 2;
  }
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new UsageError(`There is no command '${command}'.`, {
      hint: `Commands: ${Object.keys(COMMANDS).join(', ')}.`,
    });
  }
  const stray = options.given.find((name) => !takes(command, name));
  if (stray !== undefined) {
    throw new UsageError(`${command} takes no --${stray}.`, { hint: `See fwplus ${command} --help.` });
  }
  if (command === 'bench') return bench(options);
  if (command === 'doctor') return doctor(options);
  if (command === 'invert') return invert(options);
  if (command === 'edit') return edit(options);
  if (command === 'directions') return directions(options);
  if (command === 'statistics') return statistics(options);
  if (command === 'convert') return convert(options);
  if (command === 'inspect') return inspect(options);
  if (command === 'tune') return tune(options);
  return start(options);
}

function report(error: unknown, verbose: boolean): void {
  const known = error instanceof FwplusError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nfwplus: ${message}\n`);
  if (known && error.hint) process.stderr.write(`${error.hint}\n`);
  if (!known)
    process.stderr.write('This is a fault of fwplus. Please report it with the output of --stack.\n');
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
