// @ts-check
/** Checks that imports follow the arrows between folders: cli, web -> inversion -> nets -> autograd -> engine. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './process.js';

const belowInversion = ['src/nets/', 'src/autograd/', 'src/engine/', 'src/io/'];

/** What each folder may import besides itself and src/errors.ts. A file belongs to the longest prefix that fits. */
/** @type {Record<string, string[]>} */
const arrows = {
  'src/errors.ts': [],
  'src/half.ts': [],
  'src/engine/': [],
  'src/autograd/': ['src/engine/'],
  'src/io/': [],
  'src/io/node/': ['src/io/'],
  'src/nets/': ['src/autograd/', 'src/engine/', 'src/io/'],
  'src/inversion/': belowInversion,
  'src/index.ts': ['src/inversion/', ...belowInversion],
  'src/model-folder.node.ts': ['src/inversion/', 'src/io/node/'],
  'src/index.node.ts': ['src/index.ts', 'src/model-folder.node.ts', 'src/io/node/'],
  'src/cli/': ['src/model-folder.node.ts', 'src/inversion/', ...belowInversion, 'src/io/node/'],
  'web/': ['src/index.ts', 'src/inversion/', ...belowInversion],
};

/** What any folder may import. */
const everywhere = ['src/errors.ts', 'src/half.ts'];

/** Where a package may be named. */
/** @type {Record<string, RegExp>} */
const packages = {
  webgpu: /^src\/engine\/device\.node\.ts$/,
  pngjs: /^src\/io\//,
  'jpeg-js': /^src\/io\//,
  'ml-matrix': /^src\/inversion\/symmetric-eigen\.ts$/,
  'node:': /^src\/cli\/|^src\/io\/node\/|\.node\.ts$/,
};

const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const imports =
  /^\s*(?:import|export)\s+(?:[^'"`=():]*?\bfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** @typedef {Record<string, string | { default: string }>} Subpaths `imports` of package.json */

/** Says what is wrong with each forbidden import below src/ and web/. */
export function architectureProblems() {
  const subpaths = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).imports ?? {};
  return [...sources('src'), ...sources('web')].flatMap((file) =>
    problemsOf(file, readFileSync(join(root, file), 'utf8'), subpaths),
  );
}

/**
 * The same for one file, by its path from the root.
 * @param {string} file
 * @param {string} text
 * @param {Subpaths} subpaths
 */
export function problemsOf(file, text, subpaths) {
  const found = [...text.replace(comments, '').matchAll(imports)].map((match) => match[1] ?? match[2]);
  return [...new Set(found)]
    .map((name) => problem(file, name, subpaths))
    .filter((line) => line !== undefined);
}

/** @param {string} file @param {string} name @param {Subpaths} subpaths */
function problem(file, name, subpaths) {
  const from = folderOf(file);
  if (from === undefined) return `${file}: no rule for this place; add one to scripts/architecture.js`;
  const target = fileOf(file, name, subpaths);
  if (target === undefined) {
    const key = name.startsWith('node:') ? 'node:' : (targetOf(name, subpaths) ?? name);
    return packages[key]?.test(file) ? undefined : `${file} may not import the package '${name}'`;
  }
  const to = folderOf(target);
  const allowed =
    everywhere.includes(target) || to === from || (to !== undefined && arrows[from].includes(to));
  return allowed ? undefined : `${file} may not import ${target} (${from} -> ${to ?? 'outside src and web'})`;
}

/** The source file that an import names, or undefined where it names a package. */
/** @param {string} file @param {string} name @param {Subpaths} subpaths */
function fileOf(file, name, subpaths) {
  if (name.startsWith('.')) return posix.join(dirname(file), name).replace(/\.js$/, '.ts');
  const path = targetOf(name, subpaths);
  return path?.startsWith('./') ? path.replace(/^\.\/(dist\/)?/, '').replace(/\.js$/, '.ts') : undefined;
}

/** What a subpath import such as '#device' stands for in Node: a file from the root, or a package. */
/** @param {string} name @param {Subpaths} subpaths */
function targetOf(name, subpaths) {
  const target = name.startsWith('#') ? subpaths[name] : undefined;
  return typeof target === 'object' ? target.default : target;
}

/** @param {string} file */
function folderOf(file) {
  const fitting = Object.keys(arrows).filter((folder) => file.startsWith(folder));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  try {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.gen.ts'))
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')));
  } catch {
    return []; // no such folder (yet)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = architectureProblems();
  for (const line of problems) console.error(line);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
