// Reflects every shaders/*.wgsl into src/engine/kernels.gen.ts: bindings and uniform layout, and all texts as they are.
// A wrong binding or parameter name then fails the type check, and the browser bundle carries no WGSL parser.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const shaders = join(root, 'shaders');
const output = join(root, 'src/engine/kernels.gen.ts');

const { preprocess, declaredConstants } = await importTypeScript('src/engine/preprocess.ts');

const wgsl = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.wgsl'))
    .sort();
const read = (path) => [path, readFileSync(join(shaders, `${path}.wgsl`), 'utf8')];
const families = wgsl(shaders).map((file) => basename(file, '.wgsl'));
const includes = wgsl(join(shaders, 'include')).map((file) => `include/${basename(file, '.wgsl')}`);
const sources = Object.fromEntries([...families, ...includes].map(read));

const kernels = {};
for (const family of families) {
  try {
    Object.assign(kernels, reflect(family));
  } catch (error) {
    throw new Error(`shaders/${family}.wgsl: ${error.message ?? JSON.stringify(error)}`);
  }
}

const text = `// Generated from shaders/ by scripts/generate-kernels.js. Do not edit.
import type { Sources } from './preprocess.js';

export const sources: Sources = ${JSON.stringify(sources, null, 2)};

export const kernels = ${JSON.stringify(kernels, null, 2)} as const;
`;
mkdirSync(join(root, 'src/engine'), { recursive: true });
let previous = '';
try {
  previous = readFileSync(output, 'utf8');
} catch {
  // first build
}
if (previous !== text) writeFileSync(output, text);

/** One kernel per entry point: named after its file, or file.entry where a file has several. */
function reflect(family) {
  // The parser knows neither matrices of subgroups nor templates of built-in functions.
  const text = preprocess(sources, family)
    .replaceAll(/\bsubgroup_matrix_\w+<[^>]*>/g, 'f32')
    .replaceAll(/\b(subgroupMatrix\w+)<[^>]*>/g, '$1');
  const reflection = new WgslReflect(text);
  const entries = reflection.entry.compute;
  if (entries.length === 0) throw new Error('no @compute entry point');
  return Object.fromEntries(
    entries.map((entry) => {
      const used = entry.resources
        .filter((resource) => resource.group === 0)
        .sort((a, b) => a.binding - b.binding);
      const uniform = used.find((resource) => resource.type.members && resource.resourceType === 0);
      const name = entries.length === 1 ? family : `${family}.${entry.name}`;
      return [
        name,
        {
          family,
          entry: entry.name,
          constants: declaredConstants(sources, family),
          params: uniform
            ? {
                binding: uniform.binding,
                size: Math.ceil(uniform.size / 16) * 16,
                fields: Object.fromEntries(
                  uniform.type.members.map((member) => [
                    member.name,
                    { offset: member.offset, type: member.type.name },
                  ]),
                ),
              }
            : null,
          bindings: used
            .filter((resource) => resource !== uniform)
            .map((resource) => ({
              name: resource.name,
              binding: resource.binding,
              access: resource.access || 'read',
              form: resource.type.name.startsWith('texture_') ? 'texture' : 'buffer',
            })),
        },
      ];
    }),
  );
}

async function importTypeScript(file) {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, file)],
    bundle: true,
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
