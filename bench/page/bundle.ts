/** The page's script in one file. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}dist/bench/page/entry.js`],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    conditions: ['browser'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
