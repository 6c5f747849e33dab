import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Tolerance } from './case.js';
import type { PackedRecord } from './events.js';
import { compareBytes, compareClosely } from './sameness.js';

function record(values: number[], across?: Tolerance, key = 'codes'): PackedRecord {
  const base64 = Buffer.from(Float32Array.from(values).buffer).toString('base64');
  return { file: 'a', name: 'b', key, kind: 'floats', base64, ...(across ? { across } : {}) };
}

const tolerance = { relativeL2: 1e-3 };

test('equal bytes agree', () => {
  assert.equal(compareBytes([record([1, NaN])], [record([1, NaN])]), [
    { id: 'a > b > codes', difference: '' },
  ]);
});

test('a differing value is reported with the largest difference', () => {
  const [{ difference }] = compareBytes([record([1, 2])], [record([1, 2.5])]);
  assert.match(difference, '1 of 2 values differ, by at most 0.500');
});

test('-0 and 0 are not the same bytes', () => {
  assert.match(compareBytes([record([0])], [record([-0])])[0].difference, 'SHA-256');
});

test('a record that one host lacks is a difference', () => {
  assert.match(compareBytes([record([1])], [])[0].difference, 'one of the two hosts only');
});

test('a tolerance is kept', () => {
  assert.is(
    compareClosely([record([1000, 1], tolerance)], [record([1000, 1.5], tolerance)])[0].difference,
    '',
  );
  assert.match(
    compareClosely([record([1, 1], tolerance)], [record([1, 1.5], tolerance)])[0].difference,
    'allowed',
  );
});

test('NaN is not close to anything', () => {
  assert.match(compareClosely([record([NaN], tolerance)], [record([1], tolerance)])[0].difference, 'allowed');
});

test('different lengths are not close', () => {
  assert.match(
    compareClosely([record([1], tolerance)], [record([1, 2], tolerance)])[0].difference,
    'allowed',
  );
});

test('a record without a tolerance is not compared across drivers', () => {
  assert.equal(compareClosely([record([1])], [record([2])]), []);
});

test.run();
