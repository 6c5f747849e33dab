/** Shader parameters, unrolled loops, and where each line comes from. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shaders' own syntax
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { declaredConstants, preprocess, preprocessLines } from '../../src/engine/preprocess.js';

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
  assert.is(preprocess(source), ['a', 'b0 1', 'b1 4', 'b2 7', 'c3', 'd7'].join('\n'));
  assert.equal(declaredConstants(source), { N: 3, M: 7 });
});

test('values given from outside', () => {
  assert.is(preprocess(source, { N: 1, M: 9 }), ['a', 'b0 1', 'c1', 'd9'].join('\n'));
  assert.is(preprocess(source, { N: 0 }), ['a', 'c0', 'd7'].join('\n'));
});

test('nested loops, bounds from outer variables', () => {
  const nested = ['#for i in 1..3', '#for j in i..3', '$i$j', '#end', '#end'].join('\n');
  assert.is(preprocess(nested), ['11', '12', '22'].join('\n'));
});

test('expressions', () => {
  const lines = ['#param A = 5', '#param B = 2', '${A - B * 2} ${2 * A * B + 1} ${-B + 3} $A'].join('\n');
  assert.is(preprocess(lines), '1 21 1 5');
});

test('a source without directives is left as it is', () => {
  const plain = 'fn main() {\n  let x = a[i] + 1u; // 100 %\n}\n';
  assert.is(preprocess(plain), plain);
});

test('every line knows its source line', () => {
  const lines = preprocessLines(source).map(({ line }) => line);
  assert.equal(lines, [2, 4, 4, 4, 6, 8]);
});

test('errors name what is wrong and where', () => {
  assert.throws(() => preprocess('a', { N: 1 }), /N is not declared/);
  assert.throws(() => preprocess('a\nb $x'), /line 2: .*x is not declared/);
  assert.throws(() => preprocess('${x + 1}'), /line 1: .*x is not declared/);
  assert.throws(() => preprocess('#for i in 0..K\n#end'), /line 1: .*K is not declared/);
  assert.throws(() => preprocess('a\n#for i in 0..2\nb'), /line 2: #for without #end/);
  assert.throws(() => preprocess('a\n#end'), /line 2: #end without #for/);
});

test.run();
