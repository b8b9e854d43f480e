import test from 'node:test';
import assert from 'node:assert/strict';
import { rate, taxes, taxIn } from '../src/tax.js';

const WITHIN = [
  [0, 'DE', 'standard', 0], [11900, 'DE', 'standard', 1900], [690, 'DE', 'reduced', 45], [590, 'DE', 'reduced', 39],
  [2450, 'DE', 'standard', 391], [5000, 'DE', 'none', 0], [12000, 'AT', 'standard', 2000],
  [895, 'AT', 'standard', 149], [1800, 'AT', 'books', 164], [3995, 'NL', 'standard', 693],
  [690, 'NL', 'reduced', 57], [895, 'LU', 'standard', 130], [590, 'LU', 'reduced', 17],
  [1170, 'LU', 'standard', 170],
];
for (const [gross, country, vat, tax] of WITHIN) {
  test(`tax: ${vat} in ${country} within ${gross}`, () => assert.equal(taxIn(gross, country, vat), tax));
}

test('tax: a country to which nothing is sold', () => assert.throws(() => rate('FR', 'standard'), RangeError));
test('tax: a class that is not there', () => assert.throws(() => rate('DE', 'luxury'), RangeError));
test('tax: summed by rate', () => {
  const lines = [{ gross: 11900, vat: 'standard' }, { gross: 10700, vat: 'reduced' }, { gross: 10700, vat: 'books' }];
  assert.deepEqual(taxes(lines, 'DE'), { gross: 33300, net: 30000, tax: 3300, byRate: { 190: 1900, 70: 1400 } });
});
