/** Shader parameters, unrolled loops, and where each line comes from. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shaders' own syntax
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileMessage } from '../../src/engine/pipelines.js';
import {
  type Constants,
  declaredConstants,
  placeOf,
  preprocess,
  preprocessLines,
} from '../../src/engine/preprocess.js';

/** A shader without includes. */
const expanded = (main: string, constants?: Constants) => preprocess({ main }, 'main', constants);

const source = [
  '#param N = 3',
  'a',
  '#for i in 0..N',
  'b$i ${i * N + 1}',
  '#end',
  'c$N',
  '#param M = 7',
  'd$M',
].join('\n');

test('defaults', () => {
  assert.is(expanded(source), ['a', 'b0 1', 'b1 4', 'b2 7', 'c3', 'd7'].join('\n'));
  assert.equal(declaredConstants({ main: source }, 'main'), { N: 3, M: 7 });
});

test('values given from outside', () => {
  assert.is(expanded(source, { N: 1, M: 9 }), ['a', 'b0 1', 'c1', 'd9'].join('\n'));
  assert.is(expanded(source, { N: 0 }), ['a', 'c0', 'd7'].join('\n'));
});

test('nested loops, bounds from outer variables', () => {
  const nested = ['#for i in 1..3', '#for j in i..3', '$i$j', '#end', '#end'].join('\n');
  assert.is(expanded(nested), ['11', '12', '22'].join('\n'));
});

test('expressions', () => {
  const lines = [
    '#param A = 5',
    '#param B = 2',
    '${A - B * 2} ${2 * A * B + 1} ${-B + 3} $A ${4 * A / B - 6 / 3}',
  ].join('\n');
  assert.is(expanded(lines), '1 21 1 5 8');
  assert.throws(() => expanded('#param A = 5\n${A / 2}'), /A \/ 2.* is 2.5, not a whole number/);
});

test('a source without directives is left as it is', () => {
  const plain = 'fn main() {\n  let x = a[i] + 1u; // 100 %\n}\n';
  assert.is(expanded(plain), plain);
});

test('every line knows its source line', () => {
  const lines = preprocessLines({ main: source }, 'main').map(({ line }) => line);
  assert.equal(lines, [2, 4, 4, 4, 6, 8]);
});

test('errors name what is wrong and where', () => {
  assert.throws(() => expanded('a', { N: 1 }), /N is not declared/);
  assert.throws(() => expanded('a\nb $x'), /shaders\/main\.wgsl:2: .*x is not declared/);
  assert.throws(() => expanded('${x + 1}'), /main\.wgsl:1: .*x is not declared/);
  assert.throws(() => expanded('#for i in 0..K\n#end'), /main\.wgsl:1: .*K is not declared/);
  assert.throws(() => expanded('a\n#for i in 0..2\nb'), /main\.wgsl:2: #for without #end/);
  assert.throws(() => expanded('a\n#end'), /main\.wgsl:2: #end without #for/);
});

const family = {
  main: ['m1', '#include outer', 'm3', '#include inner', '#param N = 2', 'm6 $N $K'].join('\n'),
  'include/outer': ['o1', '#include inner', 'o3 $N'].join('\n'),
  'include/inner': ['#param K = 5', 'i2', '#include outer'].join('\n'),
};

test('includes: nested, each file once, even where they ask for each other', () => {
  assert.is(preprocess(family, 'main'), ['m1', 'o1', 'i2', 'o3 2', 'm3', 'm6 2 5'].join('\n'));
  assert.is(preprocess(family, 'main', { K: 6 }).split('\n').at(-1), 'm6 2 6');
});

test('parameters of includes are those of the shader', () => {
  assert.equal(declaredConstants(family, 'main'), { K: 5, N: 2 });
});

test('every line knows its file', () => {
  assert.equal(preprocessLines(family, 'main').map(placeOf), [
    'shaders/main.wgsl:1',
    'shaders/include/outer.wgsl:1',
    'shaders/include/inner.wgsl:2',
    'shaders/include/outer.wgsl:3',
    'shaders/main.wgsl:3',
    'shaders/main.wgsl:6',
  ]);
});

test('an include that is missing, or wrong inside, is named', () => {
  assert.throws(
    () => preprocess({ main: 'a\n#include nowhere' }, 'main'),
    /shaders\/main\.wgsl:2: there is no shaders\/include\/nowhere\.wgsl/,
  );
  assert.throws(
    () => preprocess({ main: '#include wrong', 'include/wrong': 'a\nb\n$c' }, 'main'),
    /shaders\/include\/wrong\.wgsl:3: .*c is not declared/,
  );
});

test('what a compiler says about a line is said about the file it was written in', () => {
  const facts = {
    name: 'an adapter',
    vendor: '',
    architecture: '',
    description: '',
    software: false,
    features: new Set<string>(),
    subgroupSize: 0,
  };
  const lines = preprocessLines(family, 'main');
  const error = (lineNum: number) => [{ lineNum, linePos: 7, message: 'unresolved value' }];
  const message = compileMessage(lines, error(4), facts);
  assert.match(message, 'shaders/include/outer.wgsl:3:7: unresolved value');
  assert.match(message, '3 | o3 2');
  assert.match(compileMessage(lines, error(6), facts), 'shaders/main.wgsl:6:7: unresolved value');
  assert.match(compileMessage(lines, error(0), facts), 'shaders/main.wgsl: unresolved value');
});

test.run();
