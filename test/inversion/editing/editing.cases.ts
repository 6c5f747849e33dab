/** Edits of codes, and directions from weights, on a random model; no GPU is needed. */
import * as assert from 'uvu/assert';
import type { Codes } from '../../../src/inversion/codes.js';
import type { Direction } from '../../../src/inversion/editing/direction.js';
import {
  decodeDirections,
  encodeDirections,
  findDirection,
} from '../../../src/inversion/editing/directions-file.js';
import { applyDirections, interpolate, mixStyles } from '../../../src/inversion/editing/edit.js';
import { parseRows } from '../../../src/inversion/editing/rows.js';
import { sefa } from '../../../src/inversion/editing/sefa.js';
import { defaultMethod, type Method } from '../../../src/inversion/method.js';
import { codeShapes } from '../../../src/inversion/objective.js';
import { decodeCodes, encodeCodes } from '../../../src/inversion/saved.js';
import { encodeTensors, TensorFile } from '../../../src/io/safetensors.js';
import type { TestCase } from '../../harness/case.js';
import { randomModel, SMALL } from '../random-model.js';
import { refuses } from '../refuses.js';

const model = randomModel(SMALL); // 32 pixels: rows 0-7 of 32 numbers
const WIDTH = 32;
const intoFWPlus = defaultMethod('f/w+', 8); // M = 2
const intoWPlus = defaultMethod('w+', 8);

function codesOf(method: Method, offset: number): Codes {
  const { base, detail } = codeShapes(model, method, 1);
  const fill = (shape: readonly number[]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => offset + at);
  return { base: base && fill(base), detail: fill(detail) };
}

function direction(from: number, to: number, value = 1): Direction {
  return { name: 'up', description: 'more', vector: new Float32Array(WIDTH).fill(value), rows: { from, to } };
}

/** The rows of a full code in which two detail codes differ, and by how much. */
function changes(method: Method, before: Codes, after: Codes): Record<number, number> {
  const first = method.space === 'w+' ? 0 : 2;
  const found: Record<number, number> = {};
  after.detail.forEach((value, at) => {
    const by = value - before.detail[at]!;
    if (by !== 0) found[first + Math.floor(at / WIDTH)] = by;
  });
  return found;
}

export const cases: TestCase[] = [
  {
    name: 'directions move the rows they act on, several at once, and leave f and the codes given alone',
    async run() {
      for (const [method, wanted] of [
        [intoWPlus, { 1: 3, 2: 3, 3: 2, 4: -1 }],
        [intoFWPlus, { 2: 3, 3: 2, 4: -1 }],
      ] as const) {
        const codes = codesOf(method, 5);
        const before = codes.detail.slice();
        const edited = applyDirections(codes, model, method, [
          { direction: direction(1, 3), amount: 3 },
          { direction: direction(0, 7), amount: -1, rows: { from: 3, to: 4 } },
        ]);
        assert.equal(changes(method, codes, edited), wanted);
        assert.equal(codes.detail, before);
        assert.is(edited.base, codes.base);
      }
    },
  },
  {
    name: 'directions with a vector for each row, and with a centre, to which amounts are places',
    async run() {
      const codes = codesOf(intoFWPlus, 0);
      const rows = Array.from({ length: 8 }, (_, row) => new Float32Array(WIDTH).fill(row));
      const byRow = applyDirections(codes, model, intoFWPlus, [
        { direction: { ...direction(0, 3), vector: rows }, amount: 2 },
      ]);
      assert.equal(changes(intoFWPlus, codes, byRow), { 2: 4, 3: 6 });
      // A row of 1s has the place 1 along a vector of 1s, whatever it was before.
      const detail = new Float32Array(6 * WIDTH).map((_, at) => Math.floor(at / WIDTH));
      const placed = applyDirections({ ...codes, detail }, model, intoFWPlus, [
        { direction: { ...direction(0, 7), centre: 0.5 }, amount: 2.5 },
      ]);
      assert.ok(placed.detail.every((value) => Math.abs(value - 3) < 1e-5));
      const fewer = { ...direction(0, 7), vector: rows.slice(1) };
      await refuses(
        () => applyDirections(codes, model, intoFWPlus, [{ direction: fewer, amount: 1 }]),
        /'up' has vectors for 7 rows, the code of this generator has 8/,
      );
    },
  },
  {
    name: 'rows that f stands for, rows that do not exist, directions of another width are refused',
    async run() {
      const codes = codesOf(intoFWPlus, 0);
      const apply = (each: Direction, rows?: { from: number; to: number }) => () =>
        applyDirections(codes, model, intoFWPlus, [{ direction: each, amount: 1, ...(rows && { rows }) }]);
      await refuses(apply(direction(0, 1)), /'up' acts on rows 0-1 alone, which the base code f stands for/);
      await refuses(apply(direction(0, 7), { from: 1, to: 4 }), /Rows 1-4 cannot be edited in F\/W\+/);
      await refuses(apply(direction(0, 7), { from: 3, to: 8 }), /rows 0-7/);
      await refuses(apply(direction(8, 9)), /'up' cannot act.*no rows 8-9/);
      await refuses(apply({ ...direction(0, 7), vector: new Float32Array(8) }), /'up' has 8 numbers/);
      for (const text of ['', 'a', '5-4', '-3', '1-2-3'])
        await refuses(() => parseRows(text), /no range of rows/);
      assert.equal(
        [parseRows('7'), parseRows(' 2-11 ')],
        [
          { from: 7, to: 7 },
          { from: 2, to: 11 },
        ],
      );
    },
  },
  {
    name: 'style mixing takes rows of the other code, from either space',
    async run() {
      const here = { codes: codesOf(intoFWPlus, 0), method: intoFWPlus };
      const same = { codes: codesOf(intoFWPlus, 1000), method: intoFWPlus };
      const full = { codes: codesOf(intoWPlus, 1000), method: intoWPlus };
      const all = mixStyles(here, same, model);
      assert.equal(all.detail, same.codes.detail);
      assert.is(all.base, here.codes.base);
      const two = mixStyles(here, full, model, { from: 4, to: 5 });
      // Row 4 is the third of the detail code of F/W+, and the fifth of W+.
      assert.equal(changes(intoFWPlus, here.codes, two), { 4: 1000 + 2 * WIDTH, 5: 1000 + 2 * WIDTH });
      await refuses(() => mixStyles(full, here, model, { from: 0, to: 3 }), /f stands for the rows below 2/);
      assert.equal(Object.keys(changes(intoWPlus, full.codes, mixStyles(full, here, model))), [
        '2',
        '3',
        '4',
        '5',
        '6',
        '7',
      ]);
    },
  },
  {
    name: 'interpolation is linear in f and w, and needs one space',
    async run() {
      const [a, b] = [codesOf(intoFWPlus, 0), codesOf(intoFWPlus, 8)];
      const { base, detail } = interpolate(a, b, 0.25);
      assert.equal([base![0], base![9], detail[0], detail[9]], [2, 11, 2, 11]);
      assert.equal(interpolate(a, b, 1), b);
      await refuses(() => interpolate(a, codesOf(intoWPlus, 0), 0.5), /different latent spaces/);
    },
  },
  {
    name: 'SeFa directions are those of numpy, and orthonormal',
    async run(t) {
      const file = TensorFile.parse(await t.fixture('sefa'));
      for (const first of [0, 2]) {
        const found = sefa(model, { from: first, to: 7 });
        const values = file.floats(`values from row ${first}`);
        const vectors = file.floats(`vectors from row ${first}`);
        assert.is(found.length, WIDTH);
        found.forEach(({ vector, eigenvalue, rows }, at) => {
          assert.ok(Math.abs(eigenvalue - values[at]!) < 1e-5 * values[0]!);
          const dots = found.map((other) =>
            vector.reduce((sum, value, i) => sum + value * other.vector[i]!, 0),
          );
          for (const [other, dot] of dots.entries()) assert.ok(Math.abs(dot - Number(other === at)) < 1e-5);
          for (const [i, value] of vector.entries())
            assert.ok(Math.abs(value - vectors[at * WIDTH + i]!) < 1e-4);
          assert.is(rows.from, first);
        });
      }
      await refuses(() => sefa(model, { from: 9, to: 12 }), /no rows 9-12.*rows 0-7/);
      await refuses(() => sefa(model, { from: 6, to: 8 }), /no rows 6-8/);
      // Two rows of the last layers reach fewer dimensions than w has: what is left is no direction.
      assert.is(sefa(model, { from: 7, to: 7 }).length, 10);
    },
  },
  {
    name: 'directions go through a file; a wrong one is refused by name',
    async run() {
      const rows = Array.from({ length: 8 }, (_, row) => new Float32Array(WIDTH).fill(row));
      const directions = [
        direction(2, 7),
        { ...direction(0, 3, -0.5), name: 'down' },
        { ...direction(0, 7), name: 'by row', vector: rows, centre: -1.5 },
      ];
      const bytes = encodeDirections(directions);
      assert.equal(decodeDirections(bytes, WIDTH, 'file'), directions);
      assert.is(findDirection(directions, 'down', 'file'), directions[1]);
      await refuses(() => findDirection(directions, 'left', 'file'), /no direction 'left' in file/);
      await refuses(() => findDirection([], 'left', 'the model'), /no direction 'left'/);
      await refuses(() => decodeDirections(bytes, 16, 'file'), /up/);
      await refuses(
        () => encodeDirections([directions[0]!, directions[0]!]),
        /Two directions are called 'up'/,
      );
      await refuses(
        () => decodeDirections(encodeDirections([direction(0, 1, Number.NaN)]), WIDTH, 'file'),
        /up/,
      );
      const tensors = { up: { dtype: 'F32', shape: [WIDTH], data: new Float32Array(WIDTH) } } as const;
      await refuses(() => decodeDirections(encodeTensors(tensors), WIDTH, 'file'), /holds no directions/);
      for (const text of ['{', '[]', '{"up":{}}', '{"up":{"rows":[3,2],"description":""}}']) {
        const damaged = encodeTensors(tensors, { format: 'fwplus-directions-1', directions: text });
        await refuses(() => decodeDirections(damaged, WIDTH, 'file'), /damaged/);
      }
    },
  },
  {
    name: 'edited codes go through a file that can be drawn and edited, but not gone on from',
    async run() {
      for (const method of [intoFWPlus, intoWPlus]) {
        const codes = codesOf(method, 3);
        assert.equal(decodeCodes(encodeCodes({ codes, method }, model), model, 'codes'), { codes, method });
      }
    },
  },
];
