/** Which convolution kernels are planned where, and how their launches are cut: without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sources } from '../../src/engine/kernels.gen.js';
import { storedBy } from '../../src/engine/plans/convolution/cost.js';
import type { DirectPlan } from '../../src/engine/plans/convolution/direct/plan.js';
import { directPlans } from '../../src/engine/plans/convolution/direct/plans.js';
import { packKernelFirst } from '../../src/engine/plans/convolution/packing.js';
import { convolutionPlans, planConvolution } from '../../src/engine/plans/convolution/plan.js';
import { phaseFlops, phasesOf } from '../../src/engine/plans/convolution/shape.js';
import { SCRATCH_BYTES, winogradPlans } from '../../src/engine/plans/convolution/winograd/plans.js';
import { preprocess } from '../../src/engine/preprocess.js';
import { bareLaunches, facts, SUBGROUP_SIZES, shapeOf, TRIES, type Try } from './convolution-tries.js';

test('plans: matrix units where they are wanted, for fours of channels and enough of them', () => {
  const shape = shapeOf({ name: '', height: 64, width: 64, into: 512, out: 512 });
  const hardware = { ...facts(32), software: false };
  const matrix = { M: 16, N: 8, K: 16 };
  const planned = planConvolution(shape, { ...hardware, matrix });
  equal('the plan', planned.name, 'conv_matrix 64x64');
  equal('its lanes and tile', JSON.stringify(planned.constants), '{"LANES":32,"M":16,"N":8,"K":16}');
  const few = { ...shape, inHeight: 8, inWidth: 8, outHeight: 8, outWidth: 8 };
  equal('few pixels', planConvolution(few, { ...hardware, matrix }).name, 'conv_matrix 64x64 in 16');
  equal('not asked for', planConvolution(shape, hardware).kernel, 'winograd_multiply_shared');
  equal('software', planConvolution(shape, { ...facts(8), matrix }).kernel, 'conv_matrix');
  equal(
    'an image',
    planConvolution({ ...shape, outChannels: 3 }, { ...hardware, matrix }).kernel,
    'conv_shared',
  );
  const ragged = convolutionPlans({ ...shape, inChannels: 510 }, { ...hardware, matrix });
  equal(
    'ragged',
    ragged.some(({ kernel }) => kernel === 'conv_matrix'),
    false,
  );
});

test('matrix units of every size: a text for each, within the default limits', () => {
  for (const LANES of [4, 8, 16, 32, 64]) {
    for (const [M, N, K] of [
      [8, 8, 4],
      [8, 8, 8],
      [16, 8, 16],
      [8, 16, 16],
      [16, 16, 16],
      [8, 32, 32],
    ] as const) {
      for (const shader of ['conv_matrix', 'matrix_probe']) {
        const text = preprocess(sources, shader, { LANES, M, N, K });
        const threads = Number(/@workgroup_size\((\d+)\)/.exec(text)![1]);
        equal('threads', threads, 4 * LANES);
        const arrays = [...text.matchAll(/var<workgroup> \w+: array<(vec4h|f32), (\d+)>/g)];
        const bytes = arrays.reduce(
          (sum, [, type, count]) => sum + (type === 'f32' ? 4 : 8) * Number(count),
          0,
        );
        equal('arrays', arrays.length, 3);
        equal(`${shader} within the limits`, threads <= 256 && bytes <= 16384, true);
      }
      const text = preprocess(sources, 'conv_matrix', { LANES, M, N, K });
      equal(
        'products',
        text.match(/subgroupMatrixMultiplyAccumulate/g)!.length,
        ((32 / M) * (32 / N) * 32) / K,
      );
    }
  }
});

test('transforms from textures loop over the columns of a tile, those of buffers have none', () => {
  const shape = shapeOf({ name: '', height: 16, width: 16, into: 8, out: 8 });
  for (const software of [true, false]) {
    for (const plan of winogradPlans(shape, { ...facts(8), software })) {
      for (const { kernel, constants } of bareLaunches(shape, plan)) {
        if (!/_(input|output)/.test(kernel)) continue;
        const text = preprocess(sources, kernel, constants);
        equal(`${kernel}: texture`, kernel.endsWith('texture'), software);
        equal(`${kernel}: loop`, text.includes('for (var s'), software);
      }
    }
  }
});

test('plans: kernels that few shapes ask for are not compiled for little work', () => {
  const image = (side: number, into: number, out: number) =>
    planConvolution(shapeOf({ name: '', height: side, width: side, into, out, transposed: true }), facts(8))
      .name;
  equal('16 channels to a small image', image(64, 16, 3), 'conv_texture 32x8');
  const up = (side: number, channels: number) => {
    const each = { name: '', height: side, width: side, into: channels, out: channels, stride: 2 };
    return planConvolution(shapeOf({ ...each, padding: 0, transposed: true }), facts(8)).name;
  };
  equal('a small up-convolution', up(16, 64), 'conv_texture 32x32');
  equal('a large up-convolution', up(64, 256), 'winograd F6 of stride 2 texture 32x64');
});

test('plans: what an adapter lacks is not planned', () => {
  const wide = shapeOf({ name: '', height: 32, width: 32, into: 128, out: 128, kernel: 1 });
  for (const size of SUBGROUP_SIZES) {
    const { kernel, constants } = planConvolution(wide, facts(size));
    const known = [16, 32, 64].includes(size)
      ? 'conv_subgroup'
      : size === 0
        ? 'conv_tiled_texture'
        : 'conv_tiled';
    equal(`subgroups of ${size}`, kernel, [4, 8].includes(size) ? 'conv_texture' : known);
    if (!kernel.startsWith('conv_tiled')) {
      equal('lanes', constants.LANES, size);
      equal('whole', Number.isInteger(constants.CHANNELS), true);
    }
    equal('on hardware', planConvolution(wide, { ...facts(size), software: false }).kernel, 'conv_shared');
  }
  const few = shapeOf({ name: '', height: 4, width: 4, into: 512, out: 512 });
  equal(
    'few pixels on hardware',
    planConvolution(few, { ...facts(32), software: false }).name,
    'conv_shared 32x64 in 16',
  );
  for (const [side, into, out, wanted] of [
    [64, 512, 512, 'winograd F4 shared 64x64'],
    [64, 128, 128, 'conv_shared 32x64 in 2'],
    [64, 32, 32, 'conv_shared 32x32'],
    [64, 512, 3, 'conv_shared 32x32'],
    [72, 512, 3, 'conv_tiled 8x4'],
    [128, 512, 3, 'conv_tiled 8x4'],
  ] as const) {
    const shape = shapeOf({ name: '', height: side, width: side, into, out });
    const found = planConvolution(shape, { ...facts(32), software: false }).name;
    equal(`${into} to ${out} channels at ${side} on hardware`, found, wanted);
  }
  const hardware = { ...facts(32), software: false };
  const large = shapeOf({ name: '', height: 64, width: 64, into: 512, out: 512 });
  equal(
    'where memory is short',
    planConvolution(large, hardware, undefined, { isLean: true }).name,
    'conv_shared 32x64',
  );
  const full = shapeOf({ name: '', height: 64, width: 64, into: 256, out: 256 });
  equal('with workgroups enough', planConvolution(full, hardware).name, 'conv_shared 32x64');
  for (const [side, into, out, wanted] of [
    [16, 512, 512, 'winograd F6 of stride 2 shared 64x64'],
    [256, 128, 64, 'conv_shared 32x64'],
  ] as const) {
    const shape = shapeOf({
      name: '',
      height: side,
      width: side,
      into,
      out,
      stride: 2,
      padding: 0,
      transposed: true,
    });
    equal(`up-convolution at ${side} on hardware`, planConvolution(shape, hardware).name, wanted);
  }
  const channels = (out: number) => {
    const shape = shapeOf({ name: '', height: 64, width: 64, into: 16, out, stride: 2 });
    const { constants } = directPlans(shape, facts(8)).find(({ kernel }) => kernel === 'conv_subgroup')!;
    return constants.LANES! * constants.CHANNELS!;
  };
  for (const [out, wanted] of [
    [128, 32],
    [17, 32],
    [16, 16],
    [3, 8],
  ] as const) {
    equal(`tile for ${out} output channels`, channels(out), wanted);
  }
  const image = shapeOf({ name: '', height: 64, width: 64, into: 3, out: 16 });
  for (const { kernel } of directPlans(image, facts(8))) {
    equal(`three channels with ${kernel}`, kernel === 'conv' || kernel.endsWith('_ragged'), true);
  }
});

test('plans: each has a name of its own', () => {
  for (const each of TRIES) {
    for (const size of SUBGROUP_SIZES) {
      const names = convolutionPlans(shapeOf(each), facts(size)).map(({ name }) => name);
      equal(`${each.name}: names`, new Set(names).size, names.length);
    }
  }
});

test('plans: every launch stays within 65,535 groups a dimension', () => {
  const huge = shapeOf({ name: '', batch: 4, height: 1024, width: 1024, into: 32, out: 32 });
  const long = shapeOf({ name: '', height: 4, width: 1 << 20, into: 4, out: 4 });
  const many = shapeOf({ name: '', batch: 4, height: 256, width: 256, into: 16, out: 16 });
  for (const shape of [huge, long, many]) {
    for (const size of SUBGROUP_SIZES) {
      for (const plan of convolutionPlans(shape, facts(size))) {
        for (const { kernel, workgroups } of bareLaunches(shape, plan)) {
          for (const groups of workgroups) {
            equal(`${kernel}: ${groups} groups`, groups >= 1 && groups <= 65535, true);
          }
        }
      }
    }
  }
});

/** Output pixels and channels of a workgroup, for kernels that have one tile in each. */
function tileOf({ kernel, constants }: DirectPlan): { pixels: number; channels: number } {
  const { LANES = 8, PIXELS = 8, CHANNELS = 8 } = constants;
  if (kernel === 'conv_matrix') return { pixels: 64, channels: 64 };
  return kernel.startsWith('conv_shared')
    ? { pixels: 8 * PIXELS, channels: 8 * CHANNELS }
    : { pixels: PIXELS, channels: LANES * CHANNELS };
}

test('plans: the tiles of a launch cover its outputs', () => {
  for (const each of TRIES) {
    const shape = shapeOf(each);
    const { batch, outChannels } = shape;
    for (const size of SUBGROUP_SIZES) {
      for (const plan of directPlans(shape, facts(size))) {
        const { PIXELS = 1, CHANNELS = 1 } = plan.constants;
        for (const phase of phasesOf(shape)) {
          const what = `${plan.name} covers ${each.name}`;
          const pixels = phase.y.outputs * phase.x.outputs;
          const [x, y, z] = plan.workgroups(phase, batch);
          const layers = z / (plan.splits ?? 1);
          if (plan.kernel === 'conv') {
            equal(what, 64 * x * y * z >= batch * pixels * outChannels, true);
          } else if (plan.kernel.startsWith('conv_tiled')) {
            const tiles = Math.ceil(pixels / PIXELS) * Math.ceil(outChannels / CHANNELS);
            equal(what, 64 * x * y >= tiles && layers === batch, true);
          } else {
            const tile = tileOf(plan);
            equal(`${what}: channels`, x * tile.channels >= outChannels, true);
            equal(`${what}: pixels`, (y * layers * tile.pixels) / batch >= pixels, true);
          }
        }
      }
    }
  }
});

test('plans: Winograd where its transforms pay, and nowhere else', () => {
  const wide = { name: '', height: 32, width: 32, into: 64, out: 64 };
  const names = (each: Try) => convolutionPlans(shapeOf(each), facts(8)).map(({ name }) => name);
  equal('many tiles', names(wide)[0], 'winograd F4 texture 32x32');
  equal('and channels', names({ ...wide, into: 512, out: 512 })[0], 'winograd F4 texture 32x64');
  const small = { ...wide, height: 8, width: 8 };
  equal('few tiles', names({ ...small, into: 512, out: 512 })[0], 'winograd F2 texture 16x64');
  equal('not worth three launches', names({ ...small, into: 128, out: 128 })[0], 'conv_texture 32x32');
  const smallest = names({ ...wide, height: 4, width: 4, into: 128, out: 128 });
  equal('of so few pixels that a tile of 32 would be half empty', smallest[0], 'conv_texture 16x32');
  for (const tile of ['F2', 'F4']) {
    equal(tile, names(wide).includes(`winograd ${tile} tiled 4x8`), true);
  }
  equal('a stride of 2', names({ ...wide, stride: 2 }).includes('winograd F3 of stride 2 tiled 4x8'), true);
  const up = { ...wide, stride: 2, transposed: true };
  equal('its transpose', names(up).includes('winograd F6 of stride 2 tiled 4x8'), true);
  for (const other of [{ stride: 3 }, { kernel: 1 }]) {
    const found = names({ ...wide, ...other }).some((name) => name.startsWith('winograd'));
    equal(JSON.stringify(other), found, false);
  }
  equal('few channels', names({ ...wide, into: 4, out: 16 })[0], 'conv_texture 32x16');
  const ragged = shapeOf({ ...wide, height: 19, width: 23, into: 67, out: 53 });
  equal('ragged', convolutionPlans(ragged, facts(8))[0]!.name, 'conv_texture_ragged 32x16');
  const kernels = convolutionPlans(ragged, facts(0)).map(({ kernel }) => kernel);
  equal('ragged without subgroups', kernels.includes('conv_tiled_texture_ragged'), true);
  equal(
    'channels of a store',
    [
      [8, 64],
      [8, 70],
      [2, 64],
      [8, 77],
      [1, 64],
    ]
      .map(([own, out]) => storedBy(own!, out!))
      .join(),
    '4,2,2,1,1',
  );
});

/** Of one image of StyleGAN2's last layer: with F4 24 times what scratch memory may hold. */
test('plans: Winograd keeps to its scratch memory', () => {
  const shape = shapeOf({ name: '', height: 1024, width: 1024, into: 32, out: 32 });
  for (const plan of winogradPlans(shape, facts(8))) {
    let elements = 0;
    const launches = bareLaunches(shape, plan, {}, (count) => {
      elements += count;
    });
    equal(`${plan.name}: scratch`, 4 * elements <= SCRATCH_BYTES, true);
    equal(`${plan.name}: launches`, launches.length > 3, true);
  }
});

test('cutting: no launch is heavier than asked, and all work is done', () => {
  for (const each of TRIES.filter(({ kernel, stride = 1 }) => kernel === undefined && stride <= 2)) {
    const shape = shapeOf({ ...each, height: 64, width: 64, into: 64, out: 64 });
    const work = phasesOf(shape).reduce((sum, phase) => sum + phaseFlops(shape, phase), 0);
    const mostFlops = work / 9;
    for (const size of [0, 8]) {
      for (const plan of convolutionPlans(shape, facts(size))) {
        const flops = bareLaunches(shape, plan, { mostFlops }).map((launch) => launch.flops);
        equal(`${plan.name}: the heaviest launch`, Math.max(...flops) <= mostFlops, true);
        const sum = flops.reduce((total, one) => total + one, 0);
        equal(`${plan.name}: all of the work`, sum, work);
      }
    }
  }
});

test('packing: four input channels side by side', () => {
  // [O = 2, I = 4, 1, 1]
  const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  equal('one by one', packKernelFirst(data, 2, 4, 1, false).join(), '1,5,2,6,3,7,4,8');
  equal('by four', packKernelFirst(data, 2, 4, 1, false, 4).join(), '1,2,3,4,5,6,7,8');
  equal('swapped', packKernelFirst(data, 2, 4, 1, true, 4).join(), '1,3,5,7,2,4,6,8');
});

function equal(what: string, found: unknown, wanted: unknown): void {
  assert.is(found, wanted, `${what}: ${found}, wanted ${wanted}`);
}

test.run();
