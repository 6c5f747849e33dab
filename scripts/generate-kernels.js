// Reflects every shaders/*.wgsl into src/engine/kernels.gen.ts: source text, bindings, uniform layout, workgroup size.
// A wrong binding or parameter name then fails the type check, and the browser bundle carries no WGSL parser.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const shaders = join(root, 'shaders');
const output = join(root, 'src/engine/kernels.gen.ts');

const { preprocess, declaredConstants } = await importTypeScript('src/engine/preprocess.ts');

const kernels = {};
const sources = {};
for (const file of readdirSync(shaders)
  .filter((name) => name.endsWith('.wgsl'))
  .sort()) {
  const family = file.slice(0, -'.wgsl'.length);
  const source = readFileSync(join(shaders, file), 'utf8');
  try {
    sources[family] = source;
    Object.assign(kernels, reflect(family, source));
  } catch (error) {
    throw new Error(`shaders/${file}: ${error.message ?? JSON.stringify(error)}`);
  }
}

const text = `// Generated from shaders/*.wgsl by scripts/generate-kernels.js. Do not edit.
export const sources = ${JSON.stringify(sources, null, 2)} as const;

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
function reflect(family, source) {
  const reflection = new WgslReflect(preprocess(source));
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
          constants: declaredConstants(source),
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
