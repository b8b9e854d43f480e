import test from 'node:test';
import assert from 'node:assert/strict';
import { discount, from } from '../src/discount.js';

const DISCOUNTS = [
  ['WELCOME', 1000, 100], ['WELCOME', 1, 0], ['WELCOME', 5, 0], ['WELCOME', 1245, 124], ['SPRING', 2999, 0],
  ['SPRING', 3000, 375], ['SPRING', 4000, 500], ['SPRING', 3020, 378], ['LOYAL', 999, 0], ['LOYAL', 1000, 75],
  ['LOYAL', 1001, 75], ['LOYAL', 2020, 152], ['FIVE', 2499, 0], ['FIVE', 2500, 500], ['SAMPLE', 0, 0],
  ['SAMPLE', 500, 500], ['SAMPLE', 690, 690], ['SAMPLE', 700, 690],
];
for (const [code, subtotal, off] of DISCOUNTS) {
  test(`discount: ${code} on ${subtotal}`, () => assert.equal(discount(code, subtotal), off));
}

const FROM = [
  ['WELCOME', 0], ['SPRING', 3000], ['LOYAL', 1000], ['FIVE', 2500], ['SAMPLE', 0],
];
for (const [code, cents] of FROM) test(`discount: ${code} counts from ${cents}`, () => assert.equal(from(code), cents));

test('discount: a code that is not there', () => assert.throws(() => discount('FREE', 1), RangeError));
test('discount: from where a code that is not there counts', () => assert.throws(() => from('FREE'), RangeError));
