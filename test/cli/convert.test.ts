/** `fwplus convert` and `fwplus inspect`, and inverting with what they made. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, run, snapshot, succeeds } from './command.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const formats = 'test/fixtures/formats';
const generators = ['stylegan2-ada.pkl', 'stylegan1-idinvert.pth'];
const ada = join(formats, 'stylegan2-ada.pkl');

const test = suite('convert');

test.before(async () => {
  writeFileSync(at('picture.png'), await encodePng(drawing(40)));
});

test.after(() => rmSync(work, { recursive: true, force: true }));

for (const name of generators) {
  test(`${name}: converted, and inverted with for five steps`, async () => {
    const model = at(`${name}.safetensors`);
    const { stdout } = await succeeds(['convert', join(formats, name), '-o', model]);
    assert.match(stdout, /^Network +a StyleGAN[12] generator$/m);
    assert.match(stdout, /^Licence +\S/m);
    assert.match(stdout, /Next: fwplus invert IMAGE -o DIR --model \S+\.safetensors$/m);
    const words = ['invert', at('picture.png'), '-o', at(name), '--model', model, '--steps', '5'];
    const ended = await succeeds(words);
    assert.match(ended.stdout + ended.stderr, /dB/);
    assert.ok(readdirSync(at(name, 'picture')).some((file) => /^codes\..*safetensors$/.test(file)));
  });
}

test('a file that is refused while it is written leaves nothing, and no folder that was made for it', async () => {
  const bytes = readFileSync(join(formats, 'smile_w_boundary.npy'));
  bytes.writeDoubleLE(Number.NaN, bytes.length - 8);
  writeFileSync(at('broken.npy'), bytes);
  mkdirSync(at('there'));
  await isRefused(['convert', at('broken.npy'), '-o', at('there', 'new', 'deep', 'x.safetensors')], {
    says: /not finite/,
  });
  assert.equal(readdirSync(at('there')), []);
});

test('what was found, which part, and what a converted file says of itself', async () => {
  const file = at('half.safetensors');
  const { stdout } = await succeeds(['convert', ada, '--part', 'G', '--fp16', '-o', file]);
  for (const line of [
    /^Format +stylegan2-ada-pytorch$/m,
    /^Part +G$/m,
    /^Resolution +32 × 32$/m,
    /^Channels +4–16: 16, 32: 8$/m,
    /^Code +8 rows of 16$/m,
    /^Mapping +2 layers$/m,
    /^Parameters +19,771$/m,
    /^Also there +G_ema \(a StyleGAN2 generator: --part G_ema\), D, training_set_kwargs, augment_pipe$/m,
  ]) {
    assert.match(stdout, line);
  }
  const written = TensorFile.parse(new Uint8Array(readFileSync(file)));
  assert.equal(written.metadata, {
    fwplus: '1',
    name: 'stylegan2-ada',
    network: 'stylegan2',
    options: '{}',
    source: 'stylegan2-ada-pytorch',
  });
  assert.is(written.info('mapping.fc0.weight').dtype, 'F16');
});

test('inspect says the same and writes nothing', async () => {
  const before = snapshot(work);
  const { stdout } = await succeeds(['inspect', ada]);
  assert.match(stdout, /^Clamp +±0\.8$/m);
  assert.match(stdout, /All values are finite\./);
  assert.equal(snapshot(work), before);
});

test('inspect of a file that no format knows says what is in it', async () => {
  const { code, stdout } = await run(['inspect', 'test/fixtures/checkpoints/zip.pt']);
  assert.is(code, 1);
  assert.match(stdout, /^state_dict +a dict of 2 tensors: conv\.weight, conv\.bias$/m);
});

test('without -o the file goes beside the checkpoint; never onto what is read', async () => {
  mkdirSync(at('beside'));
  copyFileSync(join(formats, 'stylegan2-ada.pt'), at('beside', 'net.pt'));
  await succeeds(['convert', at('beside', 'net.pt')]);
  assert.equal(readdirSync(at('beside')).sort(), ['net.pt', 'net.safetensors']);
  const converted = at('beside', 'net.safetensors');
  await isRefused(['convert', converted, '-o', converted], { code: 2, says: /is the file that is read/ });
  await isRefused(['convert', converted], { says: /it is converted already \(network 'stylegan2'\)/ });
  assert.equal(readdirSync(at('beside')).sort(), ['net.pt', 'net.safetensors']);
});

/** Pickles os.system('echo'): protocol 0. */
const SYSTEM = "cos\nsystem\n(S'echo'\ntR.";
const bad: Readonly<Record<string, readonly [content: Uint8Array | string, says: RegExp]>> = {
  'pointer.pkl': [
    'version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 381673535\n',
    /found a Git LFS pointer.*wanted a checkpoint/,
  ],
  'page.pkl': ['<!DOCTYPE html><html><title>Download</title></html>', /found .*HTML.*wanted a checkpoint/],
  'system.pkl': [SYSTEM, /asks for os\.system/],
  'cut.pkl': [readFileSync(ada).subarray(0, 100000), /truncated|ends/],
  'cut.pth': [readFileSync(join(formats, 'stylegan1-idinvert.pth')).subarray(0, 100000), /ZIP/i],
  'empty.pt': ['', /found an empty file/],
};

for (const [name, [content, says]] of Object.entries(bad)) {
  test(`${name} is refused, and no file is written`, async () => {
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad', name), content);
    await isRefused(['convert', at('bad', name), '-o', at('bad', 'out.safetensors')], { says });
    assert.not(readdirSync(at('bad')).some((file) => /out\.safetensors/.test(file)));
  });
}

test('command lines that make no sense', async () => {
  await isRefused(['convert'], { code: 2, says: /no file is given/ });
  await isRefused(['convert', ada, '-o', 'x.pkl'], {
    code: 2,
    says: /wanted a name that ends with \.safetensors/,
  });
  await isRefused(['convert', ada, '--part', 'H', '-o', at('h.safetensors')], {
    says: /no network in a part 'H'/,
    hints: /'G_ema', 'G'/,
  });
  await isRefused(['inspect', ada, '-o', at('h.safetensors')], { code: 2, says: /takes no --output/ });
  assert.not(existsSync(at('h.safetensors')));
});

test.run();
