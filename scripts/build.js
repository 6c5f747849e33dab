// @ts-check
/** Kernels, then TypeScript, into dist/. Does nothing when nothing has changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report, root, run, Stop, say } from './process.js';

const inputs = [
  'src',
  'test',
  'bench',
  'evaluation',
  'web',
  'examples',
  'shaders',
  'scripts',
  'tsconfig.json',
  'package.json',
];
const generated = join(root, 'src/engine/kernels.gen.ts');
const command = join(root, 'dist/src/cli/main.js');
const stampFile = join(root, 'dist/.stamp');

/**
 * Builds what is out of date. Type errors do not stop it: files are written all the same, and the errors returned.
 * @returns {Promise<string>} the type errors, empty if there are none
 */
export async function build() {
  const stamp = stampOf(inputs);
  const isWhole = [stampFile, generated, command].every((file) => existsSync(file));
  if (isWhole && readFileSync(stampFile, 'utf8') === stamp) return '';
  // Then dist/ may be anything; tsc would trust its own record of it.
  if (!isWhole) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  const started = performance.now();
  const kernels = await run(process.execPath, ['scripts/generate-kernels.js']);
  if (!kernels.ok) throw new Stop(`The kernels do not compile.\n${kernels.output}`);
  removeOrphans('dist');
  const types = await run(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false']);
  if (types.ok) {
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stampFile, stamp);
  }
  say(`Built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  return types.ok ? '' : types.output.trim() || 'tsc failed and said nothing';
}

/** Like build, for whoever cannot go on with type errors. */
export async function buildOrStop() {
  const errors = await build();
  if (errors) throw new Stop(`The sources do not compile.\n${errors}`);
}

/** Names, sizes and times of all inputs as one hash. */
/** @param {string[]} paths */
function stampOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesUnder)) {
    const { size, mtimeMs } = statSync(join(root, path));
    if (join(root, path) !== generated) hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .filter((name) => name !== 'node_modules')
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}

/** Removes what was compiled from sources that are gone. */
/** @param {string} folder */
function removeOrphans(folder) {
  for (const file of filesUnder(folder)) {
    const source = file.slice('dist/'.length).replace(/(\.d\.ts|\.js)$/, '');
    if (source.startsWith('.') || /\.(js|ts)$/.test(source)) continue;
    if (!existsSync(join(root, `${source}.ts`)) && !existsSync(join(root, `${source}.js`)))
      rmSync(join(root, file));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildOrStop().catch(report);
