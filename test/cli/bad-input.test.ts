/** Whatever is wrong, the command says so on one screen, ends with an exit code, and leaves earlier results alone. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createImage } from '../../src/io/image.js';
import { encodePng } from '../../src/io/png.js';
import { disguisedAs } from '../harness/disguise/as.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, snapshot, succeeds } from './command.js';
import { writeModel } from './model-folder.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (name: string) => join(work, name);
const picture = at('picture.png');
const model = at('model');
const output = at('results');
const results = join(output, 'picture');
let earlier: Record<string, string>;

/** Inverts one picture into the folder with earlier results. */
const invert = (path: string, ...more: string[]) => [
  'invert',
  path,
  '-o',
  output,
  '--steps',
  '2',
  '--model',
  model,
  ...more,
];

function file(name: string, bytes: Uint8Array | string): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
}

const test = suite('bad input');

test.before(async () => {
  await writeModel(model);
  writeFileSync(picture, await encodePng(drawing(40)));
  await succeeds(invert(picture));
  earlier = snapshot(results);
  assert.ok(Object.keys(earlier).length >= 6, Object.keys(earlier).join('\n'));
});

test.after.each(() => {
  assert.equal(snapshot(results), earlier, 'earlier results are as they were');
});

test.after(() => rmSync(work, { recursive: true, force: true }));

test('not an image', async () => {
  await isRefused(invert(file('letter.png', 'Dear reader,\n')), {
    says: /letter\.png: found .*wanted a PNG or JPEG/,
  });
});

test('a truncated PNG', async () => {
  const bytes = readFileSync(picture);
  await isRefused(invert(file('cut.png', bytes.subarray(0, bytes.length / 2))), { says: /cut\.png/ });
});

test('a truncated JPEG', async () => {
  const bytes = readFileSync('test/io/fixtures/jpeg/baseline.jpg');
  await isRefused(invert(file('cut.jpg', bytes.subarray(0, bytes.length / 2))), { says: /cut\.jpg/ });
});

test('a file of 0 bytes', async () => {
  await isRefused(invert(file('empty.png', '')), { says: /empty\.png: found .*empty/ });
});

test('no such file, and a folder', async () => {
  await isRefused(invert(at('nowhere.png')), { says: /nowhere\.png: there is no such file/ });
  await isRefused(invert(work), { says: /it is a folder, wanted a file/ });
});

test('a picture over the pixel budget', async () => {
  const large = file('large.png', await encodePng(createImage(1100, 1000)));
  await isRefused(invert(large, '--max-megapixels', '1'), {
    says: /1100×1000, 1\.1 megapixels; at most 1 megapixels/,
    hints: /--max-megapixels/,
  });
});

test('no model, or one of which a file is missing', async () => {
  await isRefused(invert(picture, '--model', at('no-model')), { says: /no-model: there is no such file/ });
  const cut = await writeModel(at('cut-model'));
  rmSync(join(cut, 'perceptual.safetensors'));
  await isRefused(invert(picture, '--model', cut), {
    says: /perceptual\.safetensors: there is no such file/,
  });
});

test('a weights file that is not the one of the manifest', async () => {
  const damaged = await writeModel(at('damaged-model'));
  const path = join(damaged, 'generator.safetensors');
  const bytes = readFileSync(path);
  bytes[bytes.length - 100]! ^= 1;
  writeFileSync(path, bytes);
  await isRefused(invert(picture, '--model', damaged), {
    says: /generator\.safetensors is not the file of the manifest: sha256/,
  });
});

test('weights that are not numbers, and of another network', async () => {
  const nan = await writeModel(at('nan'), {
    change: (tensors) => {
      const tensor = tensors['synthesis.b8.conv1.weight'];
      if (tensor) (tensor.data as Float32Array)[3] = Number.NaN;
    },
  });
  await isRefused(invert(picture, '--model', nan), {
    says: /b8\.conv1\.weight: 1 of its .* not finite.*index 3/,
  });
  const lacking = await writeModel(at('lacking'), {
    change: (tensors) => {
      delete tensors['synthesis.b16.torgb.bias'];
    },
  });
  await isRefused(invert(picture, '--model', lacking), { says: /'synthesis\.b16\.torgb\.bias' is missing/ });
});

test('a manifest that is no manifest', async () => {
  const odd = await writeModel(at('odd-manifest'));
  for (const [text, says] of [
    ['{', /manifest\.json is not JSON/],
    ['null', /manifest/],
    ['{"model": "x"}', /has no 'version'/],
    ['{"model": "x", "version": "1", "knows": "y", "base_code": 8, "files": {}}', /no list of files/],
  ] as const) {
    writeFileSync(join(odd, 'manifest.json'), text);
    await isRefused(invert(picture, '--model', odd), { says });
  }
});

test('an output folder that cannot be made or written', async () => {
  await isRefused(invert(picture, '-o', join(picture, 'below')), { says: /a part of the path is a file/ });
  await isRefused(invert(picture, '-o', picture), {
    says: /file of that name is in the way|part of the path is a file/,
  });
  if (process.platform === 'linux')
    await isRefused(invert(picture, '-o', '/proc/fwplus'), { says: /\/proc\/fwplus/ });
});

test('a full disk', async () => {
  const disk = at('disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    process.stdout.write('    a full disk: not tested, no small disk can be mounted here\n');
    return;
  }
  try {
    await isRefused(invert(picture, '-o', disk), { says: /disk/, hints: /Make room/ });
    assert.equal(snapshot(disk), {}, 'nothing half written is left');
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('an option of another command', async () => {
  const paste = invert(picture, '--paste', picture);
  await isRefused(paste, { says: /invert takes no --paste/, hints: /invert --help/, code: 2 });
  const steps = ['directions', '--steps', '3', '--model', model];
  await isRefused(steps, { says: /directions takes no --steps/, code: 2 });
});

test('a name that is none', async () => {
  for (const name of ['...png', '..png'])
    await isRefused(invert(file(name, readFileSync(picture))), { says: /no name of a folder/ });
});

test('two pictures of one name', async () => {
  const other = file('other/picture.jpg', readFileSync('test/io/fixtures/jpeg/baseline.jpg'));
  await isRefused(invert(picture, other), { says: /would both write results named 'picture'/ });
});

test('no adapter', async () => {
  const env = { VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };
  const wanted = { says: /No WebGPU adapter was found/, hints: /install|driver/i };
  if (process.platform !== 'linux') return;
  await isRefused(invert(picture), wanted, { env });
  await isRefused(['doctor'], wanted, { env });
});

test('the null backend, which computes nothing', async () => {
  const env = disguisedAs('null');
  const wanted = { says: /'null-backend' is a null backend: it accepts work and computes nothing/ };
  await isRefused(invert(picture), wanted, { env });
  await isRefused(['doctor'], { ...wanted, hints: /Vulkan driver/ }, { env });
});

test('only another adapter than the software that is wanted', async () => {
  const env = disguisedAs('hardware');
  await isRefused(
    invert(picture, '--adapter', 'software'),
    { says: /No software adapter was found, only card/ },
    { env },
  );
});

test('a limit too small: one tensor larger than a buffer may be', async () => {
  const channels = { 4: 8, 8: 8, 16: 8, 32: 4, 64: 4, 128: 4, 256: 4, 512: 4, 1024: 36 };
  const wide = await writeModel(at('wide'), { channels });
  await isRefused(invert(picture, '--model', wide), {
    says: /needs \d+ bytes in one buffer; .* allows 134217728/,
    hints: /smaller image|narrower network/,
  });
});

test('an adapter that does not exist', async () => {
  await isRefused(invert(picture, '--adapter', 'abacus'), { says: /No adapter matches 'abacus'\. Found: / });
});

test('--resume with codes of another model, of another picture, of other settings, and damaged', async () => {
  const other = await writeModel(at('other-model'), { version: '2' });
  await isRefused(invert(picture, '--resume', '--model', other), {
    says: /is of the model 'random 1.*this is 'random 2/,
  });
  const another = file('another/picture.png', await encodePng(drawing(40, 30)));
  await isRefused(invert(another, '--resume'), { says: /of another picture/ });

  const folder = at('damaged-results');
  mkdirSync(join(folder, 'picture'), { recursive: true });
  const codes = readFileSync(join(results, 'codes.fwplus.safetensors'));
  const saved = join(folder, 'picture', 'codes.fwplus.safetensors');
  writeFileSync(saved, codes.subarray(0, codes.length - 50));
  await isRefused(invert(picture, '--resume', '-o', folder), { says: /codes\.fwplus\.safetensors/ });
  writeFileSync(saved, readFileSync(join(model, 'encoder.safetensors')));
  await isRefused(invert(picture, '--resume', '-o', folder), { says: /holds no codes of fwplus/ });
  writeFileSync(saved, codes);
  await isRefused(invert(picture, '--resume', '-o', folder, '--base-size', '16'), { says: /other settings/ });
});

test('work that an interrupted run saved is not written over', async () => {
  const folder = at('interrupted');
  const saved = join(folder, 'picture', 'codes.fwplus.partial.safetensors');
  mkdirSync(join(folder, 'picture'), { recursive: true });
  writeFileSync(saved, readFileSync(join(results, 'codes.fwplus.safetensors')));
  const before = snapshot(folder);
  await isRefused(invert(picture, '-o', folder), {
    says: /codes\.fwplus\.partial\.safetensors holds the work of an earlier run that was interrupted/,
    hints: /--resume to go on.*--restart to throw it away/,
  });
  assert.equal(snapshot(folder), before);
  await isRefused(invert(picture, '-o', folder, '--resume', '--restart'), { says: /not both/, code: 2 });
  await succeeds(invert(picture, '-o', folder, '--restart'));
  assert.not.ok(existsSync(saved), 'thrown away');
  assert.ok(existsSync(join(folder, 'picture', 'codes.fwplus.safetensors')));
});

test('what is refused before a run leaves no empty folders', async () => {
  const fresh = at('fresh');
  await isRefused(invert(at('nowhere.png'), '-o', fresh), { says: /no such file/ });
  const nowhere = { says: /no-model: there is no such file or folder/, hints: /spelling/ };
  await isRefused(invert(picture, '-o', fresh, '--model', at('no-model')), nowhere);
  await isRefused(invert(picture, '-o', fresh, '--model', work), { says: /no manifest\.json/ });
  await isRefused(invert(picture, '-o', fresh, '--adapter', 'abacus'), { says: /No adapter matches/ });
  assert.not.ok(existsSync(fresh));
});

test('a wrong command line', async () => {
  const code = 2;
  await isRefused(invert(picture, '--colour'), { says: /--colour/, hints: /--help/, code });
  for (const command of ['upscale', 'constructor'])
    await isRefused([command, picture], { says: new RegExp(`no command '${command}'`), code });
  await isRefused(['invert', '-o', output], { says: /no picture is given/, code });
  await isRefused(['invert', picture], { says: /no output folder is given/, code });
  await isRefused(['start', picture, picture], { says: /one picture at a time/, code });
  await isRefused(['doctor', picture], { says: /takes no pictures/, code });
  for (const words of [
    ['--steps', '0'],
    ['--steps', 'many'],
    ['--space', 'z'],
    ['--pnorm', 'yes'],
    ['--fit', 'stretch'],
    ['--max-megapixels', '0'],
    ['--max-megapixels', '501'],
  ])
    await isRefused(invert(picture, ...words), {
      says: new RegExp(`${words[0]} is '${words[1]}', wanted`),
      code,
    });
  for (const size of ['12', '64'])
    await isRefused(invert(picture, '--base-size', size), { says: new RegExp(`base code of side ${size}`) });
});

test.run();
