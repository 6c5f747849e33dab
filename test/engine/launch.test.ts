/** Grids, uniform structs, and what the build reflects from the shaders. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernels, sources } from '../../src/engine/kernels.gen.js';
import { encodeParams, type KernelName, kernelInfo, linearGrid } from '../../src/engine/launch.js';
import { preprocess } from '../../src/engine/preprocess.js';

test('a linear grid covers its count within the limits, with little to spare', () => {
  for (const count of [1, 63, 64, 65, 64 * 65535, 64 * 65535 + 1, 2 ** 28 + 17]) {
    const [x, y, z] = linearGrid(count);
    assert.ok(x * y * z * 64 >= count, `${count}`);
    assert.ok(x <= 65535 && y <= 65535 && z === 1, `${count}`);
    assert.ok(x * y - Math.ceil(count / 64) < y, `${count}: idle groups`);
  }
  assert.equal(linearGrid(0), [1, 1, 1]);
  assert.equal(linearGrid(1000), [16, 1, 1]);
});

const info = {
  family: 'made',
  entry: 'up',
  constants: {},
  params: {
    binding: 0,
    size: 16,
    fields: {
      count: { offset: 0, type: 'u32' },
      shift: { offset: 4, type: 'i32' },
      factor: { offset: 8, type: 'f32' },
    },
  },
  bindings: [],
};

test('parameters are encoded by type, little-endian, padded', () => {
  const bytes = encodeParams(info, { count: 4000000000, shift: -2, factor: 0.5 });
  const view = new DataView(bytes);
  assert.is(bytes.byteLength, 16);
  assert.is(view.getUint32(0, true), 4000000000);
  assert.is(view.getInt32(4, true), -2);
  assert.is(view.getFloat32(8, true), 0.5);
  assert.is(view.getUint32(12, true), 0);
  assert.is(encodeParams({ ...info, params: null }, {}).byteLength, 0);
});

test('a missing parameter is an error that names it', () => {
  assert.throws(() => encodeParams(info, { count: 1, shift: 0 }), /made\.up: parameter factor is missing/);
});

/** The parts of a .wgsl file that reflection is about, read a second time by plain patterns. */
function declarations(source: string) {
  const buffers = [...source.matchAll(/@binding\((\d+)\)\s+var<storage,\s*(\w+)>\s+(\w+)/g)].map(
    ([, binding, access, name]) => ({ name, binding: Number(binding), access, form: 'buffer' }),
  );
  const texture = /@binding\((\d+)\)\s+var\s+(\w+)\s*:\s*texture_storage_2d<rgba32float,\s*(\w+)>/g;
  const textures = [...source.matchAll(texture)].map(([, binding, name, access]) => ({
    name,
    binding: Number(binding),
    access,
    form: 'texture',
  }));
  const storage = [...buffers, ...textures];
  const uniforms = [...source.matchAll(/@binding\((\d+)\)\s+var<uniform>\s+\w+\s*:\s*(\w+)/g)].map(
    ([, binding, struct]) => {
      const body = new RegExp(`struct ${struct} \\{([^}]*)\\}`).exec(source)?.[1] ?? '';
      const fields = [...body.matchAll(/^\s*(\w+)\s*:\s*(\w+)/gm)].map(([, name, type]) => ({ name, type }));
      return { binding: Number(binding), fields };
    },
  );
  const entries = [...source.matchAll(/@compute[^{]*?fn\s+(\w+)/g)].map(([, name]) => name);
  return { storage, uniforms, entries };
}

for (const family of Object.keys(sources).filter((name) => !name.startsWith('include/'))) {
  test(`shaders/${family}.wgsl is reflected as it is written`, () => {
    const source = preprocess(sources, family);
    const { storage, uniforms, entries } = declarations(source);
    const own = (Object.keys(kernels) as KernelName[]).filter((name) => kernelInfo(name).family === family);
    assert.equal(own.map((name) => kernelInfo(name).entry).sort(), [...entries].sort());
    const used = new Set<string>();
    for (const name of own) {
      const { bindings, params } = kernelInfo(name);
      assert.ok(bindings.length <= 8, `${name}: at most 8 storage buffers, the default limit`);
      for (const binding of bindings) {
        assert.equal(
          { ...binding },
          storage.find((each) => each.name === binding.name),
          name,
        );
        used.add(binding.name);
      }
      if (!params) continue;
      const declared = uniforms.find(({ binding }) => binding === params.binding);
      const wanted = declared?.fields.map(({ name: field, type }, at) => [field, { offset: 4 * at, type }]);
      assert.equal(Object.fromEntries(wanted ?? []), params.fields, `${name}: parameters`);
      assert.is(params.size, Math.ceil((4 * (wanted?.length ?? 0)) / 16) * 16);
    }
    assert.equal(
      storage.map(({ name }) => name).filter((name) => !used.has(name)),
      [],
      'bindings that no entry uses',
    );
  });
}

/** Those that lay their grids out themselves, in three dimensions that no plan lets pass the limit. */
const OWN_GRIDS = ['include/winograd_input', 'include/winograd_output'];

for (const [name, source] of Object.entries(sources)) {
  test(`shaders/${name}.wgsl has a header`, () => {
    assert.match(source, /^\/\/ /);
  });

  // By itself x is wrong past 65,535 workgroups, where grids fold.
  test(`shaders/${name}.wgsl takes its place in a grid from linearIndex`, () => {
    const code = source.replaceAll(/\/\/.*/g, '');
    assert.is(/\bthread\.[xy]/.test(code), name === 'include/linear' || OWN_GRIDS.includes(name));
  });
}

test.run();
