/** A folder with a small model of converted files and a picture, and the commands on it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelFile } from '../../src/inversion/load-files.js';
import { encodePng } from '../../src/io/png.js';
import { encoderFile, lpipsFile, pnormFile, styleGan2File } from '../inversion/network-files.js';
import { drawing } from '../inversion/random-model.js';

export async function ownModel() {
  const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
  const at = (...names: string[]) => join(work, ...names);
  /** Writes a converted file; returns its path. */
  const put = (name: string, { bytes }: ModelFile) => {
    writeFileSync(at(name), bytes);
    return at(name);
  };
  const picture = at('picture.png');
  writeFileSync(picture, await encodePng(drawing(40)));
  const parts = {
    model: put('generator.safetensors', styleGan2File()),
    encoder: put('encoder.safetensors', encoderFile()),
    lpips: put('lpips.safetensors', lpipsFile()),
    pnorm: put('pnorm.safetensors', pnormFile()),
  };
  return {
    ...parts,
    /** Options that name all of it. */
    whole: Object.entries(parts).flatMap(([option, path]) => [`--${option}`, path]),
    work,
    picture,
    at,
    put,
    /** Two steps, into a folder `out`. */
    invert: (out: string, ...words: string[]) => ['invert', picture, '-o', at(out), '--steps', '2', ...words],
    metricsIn: (out: string) => JSON.parse(readFileSync(at(out, 'picture', 'metrics.json'), 'utf8')),
    remove: () => rmSync(work, { recursive: true, force: true }),
  };
}
