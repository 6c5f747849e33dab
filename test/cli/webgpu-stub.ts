/** Another WebGPU for the command: Node is told to load a module of ours where `webgpu` is imported. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const real = import.meta.resolve('webgpu');

const module = (expression: string) => `
import { create } from '${real}';
export { globals } from '${real}';
const seen = (object, other) =>
  new Proxy(object, {
    get: (_, key) => {
      if (key in other) return other[key];
      const value = object[key];
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
/** The same adapter under the name of a GPU. */
const disguised = (gpu) =>
  seen(gpu, {
    requestAdapter: async () => {
      const adapter = await gpu.requestAdapter();
      const info = { device: 'Abacus', description: 'Abacus', vendor: '', architecture: '', isFallbackAdapter: false };
      return adapter && seen(adapter, { info });
    },
  });
const made = (flags) => ${expression};
export { made as create };
`;

/** @param expression what `create(flags)` returns. The environment for a command that is to see it. */
export function withBackend(folder: string, expression: string): Record<string, string> {
  const own = mkdtempSync(join(folder, 'webgpu-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(own, name), text);
    return pathToFileURL(join(own, name)).href;
  };
  const stub = file('stub.mjs', module(expression));
  const hooks = file(
    'hooks.mjs',
    `export const resolve = (name, context, next) =>
       name === 'webgpu' ? { url: '${stub}', shortCircuit: true } : next(name, context);`,
  );
  const preload = file('preload.mjs', `import { register } from 'node:module'; register('${hooks}');`);
  return { NODE_OPTIONS: `--import=${preload}` };
}
