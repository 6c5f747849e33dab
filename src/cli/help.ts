/** What --help says. */
import { DEFAULT_STEPS } from '../inversion/method.js';

export const COMMANDS: Readonly<Record<string, string>> = {
  invert: `fwplus invert IMAGE… -o DIR [options]

Finds codes of pictures in the latent space of a generator.

  -o, --output DIR       where results go (one folder for all pictures)
      --steps N          steps for each picture (${DEFAULT_STEPS})
      --space SPACE      f/w+ or w+ (f/w+)
      --pnorm FORM       clip, penalty or none (penalty in f/w+, none in w+)
      --base-size S      side of the base code f (the model's own)
      --fit MODE         crop, pad or squash, for pictures that are not square (crop)
      --max-megapixels N refuse larger pictures (64)
      --resume           go on where an earlier run into the same folder stopped
      --model DIR        a folder with a manifest.json (the default model)
`,
  start: `fwplus start [IMAGE] [options]

The demonstration: one picture, inverted into W+, W+ with P-norm+ clipping, and F/W+.

  -o, --output DIR       where results go (out)
      --steps N          steps a method (200)
      --fit MODE, --max-megapixels N, --resume, --model DIR   as in invert
`,
  doctor: `fwplus doctor

Says which adapter is used, what it can do, what is missing and how to get it.
`,
};

const COMMON = `
      --adapter NAME     part of an adapter's name, or software or hardware
  -q, --quiet            no progress
      --stack            stack traces with errors
  -h, --help
`;

/** The help of one command, or of all. */
export function usage(command?: string): string {
  const known = command !== undefined && command in COMMANDS ? [COMMANDS[command]!] : Object.values(COMMANDS);
  return `${known.join('\n')}${COMMON}`;
}
