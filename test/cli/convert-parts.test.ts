/** `fwplus convert` on files of the networks beside a generator, and inverting and editing with what it made. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../src/io/png.js';
import { drawing } from '../inversion/random-model.js';
import { isRefused, succeeds } from './command.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
const at = (...names: string[]) => join(work, ...names);
const fixture = (name: string) => join('test/fixtures/formats', name);

const test = suite('convert parts');

test.after(() => rmSync(work, { recursive: true, force: true }));

/** Converts, and returns what was said. */
async function convert(output: string, ...names: readonly string[]): Promise<string> {
  const { stdout } = await succeeds(['convert', ...names.map(fixture), '-o', at(output)]);
  return stdout;
}

test('a generator with LPIPS, an encoder and P-norm+ statistics inverts, and its codes are edited', async () => {
  writeFileSync(at('picture.png'), await encodePng(drawing(40)));
  await convert('g.safetensors', 'stylegan2-ada.pkl');
  assert.match(await convert('lpips.safetensors', 'vgg16.pth', 'lpips_vgg.pth'), /^Network +LPIPS$/m);
  assert.match(await convert('e.safetensors', 'basecode_encoder.pth'), /^Network +a base-code encoder$/m);
  assert.match(await convert('pnorm.safetensors', 'pnorm'), /^Variances +31\.0 down to 1\.00e-7$/m);
  assert.match(await convert('d.safetensors', 'age.pt', 'pose.pt'), /^Directions +age, pose$/m);

  const parts = ['--encoder', at('e.safetensors'), '--lpips', at('lpips.safetensors')];
  const model = ['--model', at('g.safetensors'), '--base-size', '8'];
  const words = ['invert', at('picture.png'), '-o', at('out'), ...model, ...parts];
  const { stdout } = await succeeds([...words, '--pnorm', at('pnorm.safetensors'), '--steps', '5']);
  assert.match(stdout, /dB/);

  const codes = readdirSync(at('out', 'picture')).find((name) => /^codes\..*safetensors$/.test(name))!;
  const edit = ['edit', at('out', 'picture', codes), ...model.slice(0, 2), '--steps', '2', '-o', at('edit')];
  for (const [direction, title] of [
    [`${at('d.safetensors')}:pose=-1`, '-1 × pose'],
    [fixture('age.pt'), 'age'],
    [fixture('expression.npy'), 'expression'],
    [`${fixture('ffhq_pca.pt')}:pc-1`, 'pc-1'],
  ]) {
    const edited = await succeeds([...edit, '--direction', direction!]);
    assert.match(edited.stdout, new RegExp(`^${title}: 2 pictures$`, 'm'));
  }
  await isRefused([...edit, '--direction', fixture('ffhq_pca.pt')], {
    says: /3 directions, wanted one/,
    hints: /there are: pc-0, pc-1, pc-2/,
    code: 2,
  });
});

test('linear weights alone, folders without checkpoints and statistics in float16', async () => {
  await isRefused(['convert', fixture('lpips_vgg.pth'), '-o', at('no.safetensors')], {
    says: /linear weights alone/,
    hints: /fwplus convert vgg16\.pth lpips_vgg\.pth/,
  });
  assert.not(existsSync(at('no.safetensors')));
  await isRefused(['convert', 'test/io/convert'], { says: /the folder holds no checkpoint/ });
  const words = ['convert', fixture('pnorm'), '--fp16', '-o', at('half.safetensors')];
  assert.match((await succeeds(words)).stderr, /Note: P-norm\+ statistics stay float32/);
});

test.run();
