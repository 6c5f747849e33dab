#!/usr/bin/env node
/** The `fwplus` command. */
import { FwplusError } from '../errors.js';
import { doctor } from './doctor.js';
import { COMMANDS, usage } from './help.js';
import { invert } from './invert.js';
import { parseOptions } from './options.js';
import { start } from './start.js';

process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code: 0 done, 1 an error, 2 a wrong command line, 130 interrupted and saved. */
async function main(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  const verbose = rest.includes('--stack');
  try {
    if (!command || command === '--help' || command === '-h' || command === 'help') {
      process.stdout.write(usage(rest[0]));
      return command ? 0 : 2;
    }
    if (!(command in COMMANDS)) {
      throw new FwplusError(`There is no command '${command}'.`, {
        hint: `Commands: ${Object.keys(COMMANDS).join(', ')}.`,
      });
    }
    const options = parseOptions(rest);
    if (options.help) {
      process.stdout.write(usage(command));
      return 0;
    }
    if (command === 'doctor') return await doctor(options);
    if (command === 'invert') return await invert(options);
    return await start(options);
  } catch (error) {
    report(error, verbose);
    return 1;
  }
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
