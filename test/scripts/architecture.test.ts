import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { problemsOf } from '../../scripts/architecture.js';

const subpaths = {
  '#device': { browser: './dist/src/engine/device.browser.js', default: './dist/src/engine/device.node.js' },
  '#png': { browser: 'pngjs/browser.js', default: 'pngjs' },
};

function problems(file: string, text: string): number {
  return problemsOf(file, text, subpaths).length;
}

const allowed: Record<string, string[]> = {
  'src/engine/a.ts': ['./b.js', './plans/c.js', '../errors.js', '#device'],
  'src/engine/plans/a.ts': ['../device.js', '../../errors.js'],
  'src/engine/device.node.ts': ['webgpu', 'node:fs'],
  'src/autograd/ops/a.ts': ['../tensor.js', '../../engine/device.js', '../../errors.js'],
  'src/nets/a.ts': ['../autograd/ops/a.js', '../engine/device.js', '../io/safetensors.js'],
  'src/inversion/a.ts': ['../nets/a.js', '../io/png.js'],
  'src/io/draw/a.ts': ['../font/a.js', 'pngjs', '#png', 'jpeg-js'],
  'src/io/node/a.ts': ['../png.js', 'node:fs/promises'],
  'src/io/zlib.node.ts': ['node:zlib', './png.js'],
  'src/cli/a.ts': ['../model-folder.node.js', '../inversion/a.js', '../io/node/files.js', 'node:util'],
  'src/index.ts': ['./inversion/a.js', './io/png.js', './errors.js'],
  'src/index.node.ts': ['./index.js', './model-folder.node.js', './io/node/a.js', 'node:path'],
  'src/model-folder.node.ts': ['./inversion/a.js', './io/node/a.js', 'node:path'],
  'web/a.ts': ['../src/index.js', '../src/inversion/a.js', './b.js'],
};

const forbidden: Record<string, string[]> = {
  'src/errors.ts': ['./engine/a.js', 'node:fs'],
  'src/engine/a.ts': [
    '../autograd/a.js',
    '../io/a.js',
    '../../test/a.js',
    '../../bench/a.js',
    'webgpu',
    'node:fs',
    'fs',
  ],
  'src/engine/b.node.ts': ['webgpu', '../autograd/a.js'],
  'src/autograd/ops/a.ts': [
    '../../nets/a.js',
    '../../io/a.js',
    './../../nets/a.js',
    '#device.other',
    '../../index.node.js',
  ],
  'src/nets/a.ts': ['../inversion/a.js', '../cli/a.js', '../io/node/a.js', 'pngjs', '#png', 'node:fs'],
  'src/inversion/a.ts': ['../cli/a.js', '../../web/a.js', '../io/node/a.js', 'jpeg-js', 'webgpu'],
  'src/io/a.ts': [
    '../engine/a.js',
    '../autograd/a.js',
    '../nets/a.js',
    '../inversion/a.js',
    './node/a.js',
    'node:fs',
  ],
  'src/io/node/a.ts': ['../../cli/a.js', '../../nets/a.js', '../../engine/a.js'],
  'src/cli/a.ts': ['webgpu', 'pngjs', '../../bench/a.js', '../../web/a.js', '../../scripts/a.js'],
  'src/index.ts': ['./cli/a.js', './io/node/a.js', '../test/a.js'],
  'web/a.ts': ['../src/cli/a.js', '../src/io/node/a.js', '../bench/a.js', 'node:fs', 'webgpu'],
  'src/other/a.ts': ['../errors.js'],
};

const forms = [
  (name: string) => `import { a } from '${name}';`,
  (name: string) => `import type {\n  A,\n  B,\n} from '${name}';`,
  (name: string) => `import '${name}';`,
  (name: string) => `export { a } from '${name}';`,
  (name: string) => `export * from "${name}";`,
  (name: string) => `export type { A } from '${name}';`,
  (name: string) => `const a = await import('${name}');`,
  (name: string) => `type A = import('${name}').A;`,
];

for (const [file, names] of Object.entries(allowed)) {
  test(`${file} may import what is below it`, () => {
    for (const name of names) assert.is(problems(file, forms[0](name)), 0, name);
  });
}

for (const [file, names] of Object.entries(forbidden)) {
  test(`${file} may not import anything else, in whatever form`, () => {
    for (const name of names) for (const form of forms) assert.is(problems(file, form(name)), 1, form(name));
  });
}

test('comments and other strings are no imports', () => {
  const text = `/** import { a } from '../cli/a.js'; */\n// import '../cli/a.js';\nthrow new Error("read from '../cli/a.js'");`;
  assert.is(problems('src/engine/a.ts', text), 0);
});

test.run();
