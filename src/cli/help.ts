/** What --help says. */
import { DEFAULT_STEPS } from '../inversion/method.js';
import { DEFAULT_SAMPLES } from '../inversion/statistics/default-samples.js';
import { MOST_MEGAPIXELS } from './options.js';

export const COMMANDS: Readonly<Record<string, string>> = {
  invert: `fwplus invert IMAGE… -o DIR [options]

Finds codes of pictures in the latent space of a generator.

  -o, --output DIR       results of NAME.png go into DIR/NAME/
      --steps N          steps for each picture (${DEFAULT_STEPS})
      --space SPACE      f/w+ or w+ (f/w+)
      --pnorm FORM       clip, penalty or none (penalty in f/w+, none in w+)
      --base-size S      side of the base code f (the model's own; with --model FILE 16 from 256 pixels on, else 8)
      --fit MODE         crop, pad or squash, for pictures that are not square (crop)
      --max-megapixels N refuse larger pictures (64; at most ${MOST_MEGAPIXELS})
      --resume           go on where an earlier run into the same folder stopped
      --restart          throw away what an earlier run saved when it was stopped
      --model DIR|FILE   a folder with a manifest.json, or a converted generator (the default model)
      --encoder FILE     a converted encoder: where f starts (base codes) or where the detail code does (pSp, e4e, IDinvert);
                         twice for one of each
      --lpips FILE       converted LPIPS weights: the perceptual term
      --pnorm FILE       P-norm+ statistics (see fwplus statistics), beside or without a FORM
      --low-memory       less GPU memory, more time
      --half-weights     weights in half precision: less GPU memory, mostly with --low-memory
      --profile          afterwards, time one step kernel by kernel
`,
  edit: `fwplus edit CODES -o DIR [options]

Changes a picture by its codes: a strip, an animation, and every picture of them. In F/W+ what f holds (where things are) stays.

  -o, --output DIR       pictures go into DIR itself
  -d, --direction D      NAME of the model, FILE:NAME, or FILE where it holds one; NAME=FACTOR turns or scales it; several at
                         once. FILE: ours, or one of InterFaceGAN, e4e, IDinvert or GANSpace (.pt, .npy, .npz)
      --from A, --to B   amounts, in the directions' own units (-2, 2)
      --steps N          pictures from A to B (11)
      --rows A-B         act on these rows of w+ alone
      --mix CODES        style mixing: takes rows of another picture's codes
      --interpolate CODES  from this picture to another one
      --paste PHOTO      put every picture back into the photo it came from, at the photo's size
      --paste-mode MODE  change: add what changed; replace: the picture itself, edges faded (change)
      --fit MODE         as it was when the codes were made (crop)
      --max-megapixels N refuse larger photos (64)
      --save-codes       the codes of every picture, too
      --model DIR|FILE   the model of the codes, or a converted file of its generator
      --directions FILE  named directions for a generator of your own
`,
  directions: `fwplus directions
fwplus directions sefa -o FILE [--rows A-B] [--count N]

Lists the model's named directions; or makes directions from any generator's own weights (SeFa, Shen & Zhou 2021).

  -o, --output FILE      the file of SeFa directions, .safetensors
      --rows A-B         from the layers that read these rows (the rows that f leaves)
      --count N          the first N (all)
      --model DIR|FILE, --directions FILE   as in edit
`,
  convert: `fwplus convert FILE… [-o OUT] [options]

Reads a network of another program's checkpoint, without running anything in it, and writes it with the names that fwplus uses:
StyleGAN2 (stylegan2-ada-pytorch and stylegan3 .pkl, rosinality .pt, genforce .pth, TensorFlow .pkl), StyleGAN1 (genforce and
idinvert_pytorch .pth, TensorFlow .pkl), the encoders of BDInvert, IDinvert, pSp and e4e, VGG16 or AlexNet together with LPIPS' weights,
P-norm+ arrays and directions (.npy, .npz, .pt). Files that belong together, or their folder, become one:

  fwplus convert vgg16.pth lpips_vgg.pth -o lpips.safetensors
  fwplus convert pnorm/stylegan2_ffhq1024 -o pnorm.safetensors

  -o, --output OUT       the file that is written (FILE's name with .safetensors)
      --fp16             half the size: values rounded to float16
      --part NAME        another one of the networks that the file holds
`,
  inspect: `fwplus inspect FILE… [--part NAME]

Says what convert would find, and whether all values are finite; writes nothing.

      --part NAME        another one of the networks that the file holds
`,
  start: `fwplus start [IMAGE] [options]

The demonstration: one picture, inverted into W+, W+ with P-norm+ clipping, and F/W+, at twice the published learning rate
(so invert --resume does not go on from it).

  -o, --output DIR       results go into DIR itself (out)
      --steps N          steps a method (100)
      --fit MODE, --max-megapixels N, --resume, --restart   as in invert
      --model DIR|FILE, --encoder FILE, --lpips FILE, --pnorm FILE, --directions FILE
`,
  statistics: `fwplus statistics MODEL -o FILE [options]

Makes the P-norm+ statistics of a generator: mean and principal axes of w, from random samples of its mapping network.

  -o, --output FILE      .safetensors; give it to invert as --pnorm FILE
      --samples N        of w (${DEFAULT_SAMPLES})
      --seed N           of the random numbers (0)
      --resume, --restart  go on where an earlier run was stopped, or throw that away
`,
  bench: `fwplus bench --shape 512x512@32 [--shape …] [options]

How fast convolutions run here, forward and back, beside what the adapter can do at most.

      --shape IxO@S      channels in and out, side of the input; @HxW where it is not square; any number of shapes
      --kernel K         conv3x3, conv1x1, conv3x3s2, upconv3x3, … (conv3x3)
      --pass PASS        forward or data-gradient (both)
      --repeats N        samples at most for each (20)
      --no-subgroups     plans without subgroups
      --json FILE        the results
`,
  tune: `fwplus tune [options]

Races the kernels that can run each layer of a model on this adapter, and remembers the fastest for all later runs.

      --seconds N        begin no further layer after so long (no bound)
      --model DIR|FILE, --encoder FILE, --lpips FILE, --base-size S   as in invert
`,
  doctor: `fwplus doctor

Says which adapter is used, what it can do, what is missing and how to get it.

      --model DIR        a folder with a manifest.json
`,
};

const COMMON = `
      --adapter NAME     part of an adapter's name, or software or hardware
      --matrix-units     convolutions on matrix units, with fp16 operands: an experiment of WebGPU
  -q, --quiet            no progress
      --stack            stack traces with errors
  -h, --help
      --version
`;

/** Whether a command's help lists an option, in the column of options: what it does not list it does not take. */
export function takes(command: string, option: string): boolean {
  const columns = (COMMANDS[command]! + COMMON).matchAll(/^ +-.*?(?= {2}|$)/gm);
  return [...columns].some(([column]) => new RegExp(`--${option}(?![\\w-])`).test(column));
}

/** The help of one command, or of all. */
export function usage(command?: string): string {
  const known =
    command !== undefined && Object.hasOwn(COMMANDS, command)
      ? [COMMANDS[command]!]
      : Object.values(COMMANDS);
  return `${known.join('\n')}${COMMON}`;
}
