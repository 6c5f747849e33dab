#!/usr/bin/env node
/** The `fwplus` command. */
import { FwplusError } from '../errors.js';
import { COMMANDS, takes, usage } from './help.js';
import { type Options, parseOptions } from './options.js';
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
  return (await programOf(command))(options);
}

/** Each is loaded when it is asked for: together they take some tenths of a second. */
async function programOf(command: string): Promise<(options: Options) => Promise<number>> {
  if (command === 'bench') return (await import('./bench.js')).bench;
  if (command === 'doctor') return (await import('./doctor.js')).doctor;
  if (command === 'invert') return (await import('./invert.js')).invert;
  if (command === 'edit') return (await import('./edit.js')).edit;
  if (command === 'directions') return (await import('./directions.js')).directions;
  if (command === 'statistics') return (await import('./statistics.js')).statistics;
  if (command === 'convert') return (await import('./convert.js')).convert;
  if (command === 'inspect') return (await import('./convert.js')).inspect;
  if (command === 'tune') return (await import('./tune.js')).tune;
  return (await import('./start.js')).start;
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
