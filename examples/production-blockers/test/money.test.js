import test from 'node:test';
import assert from 'node:assert/strict';
import { format, parse, percent, split } from '../src/money.js';

const AMOUNTS = [
  ['0', 0], ['0.00', 0], ['1', 100], ['12', 1200], ['12.5', 1250], ['12.34', 1234], ['0.05', 5], ['0.5', 50],
  ['999999.99', 99999999], ['-1', -100], ['-0.01', -1], ['-12.5', -1250], ['007', 700],
];
for (const [text, cents] of AMOUNTS) test(`money: parse ${text}`, () => assert.equal(parse(text), cents));

const NO_AMOUNTS = [
  [''], ['.'], ['1.'], ['.5'], ['1.234'], ['1,50'], ['1e3'], [' 1'], ['0x10'],
];
for (const [text] of NO_AMOUNTS) test(`money: "${text}" is no amount`, () => assert.throws(() => parse(text), RangeError));

const FORMATTED = [
  [0, '0.00'], [1, '0.01'], [10, '0.10'], [99, '0.99'], [100, '1.00'], [101, '1.01'], [1234, '12.34'],
  [123456789, '1234567.89'], [-1, '-0.01'], [-99, '-0.99'], [-100, '-1.00'], [-1234, '-12.34'],
];
for (const [cents, text] of FORMATTED) test(`money: format ${cents}`, () => assert.equal(format(cents), text));
test('money: half a cent is not formatted', () => assert.throws(() => format(0.5), RangeError));

// Worked out with decimal arithmetic, a half to the even cent.
const PERCENTAGES = [
  [0, '10', 0], [1000, '10', 100], [850, '1', 8], [690, '7.5', 52], [333, '33.333', 111], [100, '0.5', 0],
  [1050, '1', 10], [500, '0.5', 2], [700, '0.5', 4], [50, '1', 0], [150, '1', 2], [250, '1', 2], [450, '1', 4],
  [650, '1', 6], [10, '5', 0], [30, '5', 2], [50, '5', 2], [90, '5', 4], [20, '12.5', 2], [60, '12.5', 8],
  [100, '12.5', 12], [180, '2.5', 4], [20, '2.5', 0], [1005, '10', 100],
];
for (const [cents, rate, part] of PERCENTAGES) {
  test(`money: ${rate} % of ${cents}`, () => assert.equal(percent(cents, rate), part));
}

const NO_RATES = [
  [''], ['-1'], ['1.2345'], ['x'], ['10%'],
];
for (const [rate] of NO_RATES) test(`money: "${rate}" is no rate`, () => assert.throws(() => percent(1, rate), RangeError));

const PARTS = [
  [100, 1, [100]], [100, 2, [50, 50]], [100, 4, [25, 25, 25, 25]], [0, 3, [0, 0, 0]], [100, 3, [34, 33, 33]],
  [101, 3, [34, 34, 33]], [1, 2, [1, 0]], [7, 5, [2, 2, 1, 1, 1]], [1000, 7, [143, 143, 143, 143, 143, 143, 142]],
  [-1, 2, [0, -1]],
];
for (const [cents, parts, found] of PARTS) {
  test(`money: split ${cents} by ${parts}`, () => assert.deepEqual(split(cents, parts), found));
}
const NO_PARTS = [
  [0], [1.5],
];
for (const [parts] of NO_PARTS) test(`money: no split by ${parts}`, () => assert.throws(() => split(1, parts), RangeError));
