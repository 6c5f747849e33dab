/** The styles of all layers of a generator, one affine map each, made in one launch; see shaders/styles.wgsl. */
import { loadsAtOnce } from '../../engine/adapter.js';
import { linearGrid } from '../../engine/launch.js';
import { concatenated, transposedPacking } from '../arrays.js';
import { aligned } from '../graph.js';
import { assertShape, type Tensor } from '../tensor.js';
import { copyInto } from './copy.js';

/** One layer's affine map: style = weight · row of the code + bias. */
export interface StyleLayer {
  /** The row of the code that it reads. */
  readonly row: number;
  /** [C, width], the gain of the equalised learning rate folded in. */
  readonly weight: Float32Array;
  /** [C] */
  readonly bias: Float32Array;
}

interface Stack {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

const stacks = new WeakMap<readonly StyleLayer[], Stack>();

/** All maps in one array, made once for a list, so that programs which share the list share its memory on the GPU. */
function stackOf(layers: readonly StyleLayer[]): Stack {
  const known = stacks.get(layers);
  if (known) return known;
  const stack = {
    weight: concatenated(layers.map(({ weight }) => weight)),
    bias: concatenated(layers.map(({ bias }) => bias)),
  };
  stacks.set(layers, stack);
  return stack;
}

/**
 * code [N, rows, width] gives one [N, C] style a layer. Gradients flow to every row that a layer reads; the others get zero.
 */
export function styles(code: Tensor, layers: readonly StyleLayer[]): readonly Tensor[] {
  assertShape('styles', code, [null, null, null]);
  const { graph } = code;
  const [batch, rows, width] = code.shape as [number, number, number];
  const channelsOf = layers.map(({ bias }) => bias.length);
  const channels = channelsOf.reduce((sum, count) => sum + count, 0);
  const offsets: number[] = [];
  let elements = 0;
  for (const count of channelsOf) {
    offsets.push(elements);
    elements += aligned(batch * count);
  }
  const tables = indexTables(layers, batch, rows, offsets, elements);
  const stack = stackOf(layers);
  const affine = graph.constant('affine', [channels, width], stack.weight);
  const bias = graph.constant('affine bias', [channels], stack.bias);
  const params = { elements, channels, width, codes: batch * rows, maxRuns: tables.maxRuns };

  const { parts } = graph.partitioned({
    name: 'styles',
    inputs: [code],
    shapes: channelsOf.map((count) => [batch, count]),
    offsets,
    size: elements,
    lower: (emit, [style]) =>
      emit.launch({
        kernel: 'styles.forward',
        constants: { LOADS: loadsAtOnce(emit.facts) },
        bindings: {
          affine: emit.packed(affine, transposedPacking(channels, width)),
          bias,
          code,
          codeOf: graph.constant('code of style', [elements], tables.codeOf),
          channelOf: graph.constant('channel of style', [elements], tables.channelOf),
          style: style!,
        },
        params,
        workgroups: linearGrid(elements),
        flops: 2 * batch * channels * width,
      }),
    backward: (gradients) => {
      const dstyle = copyInto(graph, gradients, offsets, elements);
      return graph.operation({
        name: 'code',
        inputs: [dstyle],
        shapes: [code.shape],
        lower: (emit, [dcode]) =>
          emit.launch({
            kernel: 'styles.backward',
            constants: { LOADS: loadsAtOnce(emit.facts) },
            bindings: {
              affine,
              runs: graph.constant('runs', [tables.runs.length], tables.runs),
              dstyle,
              dcode: dcode!,
            },
            params,
            workgroups: linearGrid(code.size),
            flops: 2 * batch * channels * width,
          }),
      });
    },
  });
  return parts;
}

/** Which code row and affine row makes each element, and the inverse as runs; see the shader. */
function indexTables(
  layers: readonly StyleLayer[],
  batch: number,
  rows: number,
  offsets: readonly number[],
  elements: number,
): { codeOf: Float32Array; channelOf: Float32Array; runs: Float32Array; maxRuns: number } {
  const codeOf = new Float32Array(elements).fill(-1);
  const channelOf = new Float32Array(elements);
  const runsOf: number[][][] = Array.from({ length: batch * rows }, () => []);
  let firstChannel = 0;
  layers.forEach(({ row, bias: { length: count } }, at) => {
    if (row < 0 || row >= rows)
      throw new Error(`styles: layer ${at} reads row ${row} of a code with ${rows} rows`);
    for (let n = 0; n < batch; n++) {
      const first = offsets[at]! + n * count;
      runsOf[n * rows + row]!.push([first, firstChannel, count]);
      codeOf.fill(n * rows + row, first, first + count);
      for (let c = 0; c < count; c++) channelOf[first + c] = firstChannel + c;
    }
    firstChannel += count;
  });
  const maxRuns = Math.max(...runsOf.map((list) => list.length));
  const runs = new Float32Array(batch * rows * maxRuns * 3);
  runsOf.forEach((list, c) => {
    list.forEach((run, at) => {
      runs.set(run, 3 * (c * maxRuns + at));
    });
  });
  return { codeOf, channelOf, runs, maxRuns };
}
