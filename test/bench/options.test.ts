import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOptions } from '../../bench/options.js';
import { choiceOf, queryOf } from '../../bench/page/choice.js';

test('without options: everything, by the clock that the adapter has', () => {
  const options = parseOptions([]);
  assert.equal(options.steps, [128, 256, 512, 1024]);
  assert.equal([options.kernels, options.shapes], [[], []]);
  assert.equal(
    [options.peers, options.subgroups, options.clock, options.json],
    [[], true, undefined, undefined],
  );
});

test('lists, files and switches', () => {
  const options = parseOptions([
    ...['--kernels', 'conv3x3,upconv', '--shapes', '@16', '--steps', '256,1024', '--repeats', '4'],
    ...['--no-subgroups', '--peers', '--clock', 'wall', '--json', 'a.json', '--charts', 'c'],
  ]);
  assert.equal(options.kernels, ['conv3x3', 'upconv']);
  assert.equal(options.shapes, ['@16']);
  assert.equal(options.steps, [256, 1024]);
  assert.equal(
    [options.repeats, options.subgroups, options.peers],
    [4, false, ['tfjs', 'jax-js', 'ort-web']],
  );
  assert.equal([options.clock, options.json, options.charts], ['wall', 'a.json', 'c']);
});

test('--quick asks for less, and gives way to what is said', () => {
  const quick = parseOptions(['--quick']);
  assert.equal([quick.steps, quick.repeats, quick.quick], [[128], 3, true]);
  assert.equal(parseOptions(['--quick', '--steps', 'none', '--repeats', '9']).steps, []);
  assert.is(parseOptions(['--quick', '--repeats', '9']).repeats, 9);
});

test('some of the other engines', () => {
  assert.equal(parseOptions(['--engines', 'jax-js']).peers, ['jax-js']);
});

test('two files are compared', () => {
  assert.equal(parseOptions(['--compare', 'a.json', 'b.json']).compare, ['a.json', 'b.json']);
});

for (const [words, said] of [
  [['--steps', '100'], /128, 256, 512, 1024/],
  [['--repeats', '0'], /1 to 1000/],
  [['--clock', 'sun'], /gpu, wall, processor/],
  [['--compare', 'a.json'], /two files/],
  [['--kernel', 'x'], /--kernel/],
  [['--engines', 'torch'], /tfjs, jax-js, ort-web/],
  [['more'], /'more'/],
  [['--page', '--peers'], /--page takes no --peers/],
  [['--chromium', '--adapter', 'x'], /--chromium takes no --adapter/],
  [['--peers', '--clock', 'gpu'], /cannot be had of other engines/],
] as const) {
  test(`${words.join(' ')} is refused`, () => {
    assert.throws(() => parseOptions(words), said);
  });
}

test('a page is told by its address what the command line said', () => {
  const options = parseOptions([
    '--quick',
    '--kernels',
    'conv3x3',
    '--shapes',
    '@8,@16',
    '--steps',
    '128,256',
  ]);
  const choice = choiceOf(new URLSearchParams(queryOf(options)));
  const { kernels, shapes, quick, steps, repeats, kernelsToo } = choice;
  assert.equal([kernels, shapes, quick, steps], [['conv3x3'], ['@8', '@16'], true, [128, 256]]);
  assert.equal([repeats, kernelsToo], [3, true]);
  assert.equal([choice.subgroups, choice.matrixUnits], [true, false]);
  const other = parseOptions(['--steps', 'none', '--no-subgroups', '--matrix-units']);
  const { subgroups, matrixUnits, ...rest } = choiceOf(new URLSearchParams(queryOf(other)));
  assert.equal([rest.steps, subgroups, matrixUnits, rest.kernelsToo], [[], false, true, true]);
  const without = choiceOf(new URLSearchParams(queryOf(parseOptions(['--skip-kernels']))));
  assert.is(without.kernelsToo, false);
});

test.run();
