import test from 'node:test';
import assert from 'node:assert/strict';
import { add, empty, remove, subtotal, weight } from '../src/cart.js';

const cart = (text) => text.split(' ').filter(Boolean).reduce((sum, line) => {
  const [sku, quantity] = line.split(':');
  return add(sum, sku, Number(quantity));
}, empty());

const CARTS = [
  ['', 0, 0], ['cup:1', 895, 240], ['cup:2', 1790, 480], ['tea-green:1 tea-black:1', 1280, 260],
  ['pot-large:1 cup:6', 9365, 2620], ['book-tea:3', 5400, 1230], ['tea-green:1 cup:1 tea-green:2', 2965, 630],
];
for (const [lines, cents, grams] of CARTS) {
  test(`cart: subtotal of "${lines}"`, () => assert.equal(subtotal(cart(lines)), cents));
  test(`cart: weight of "${lines}"`, () => assert.equal(weight(cart(lines)), grams));
}

const REFUSED = [0, -1, 1.5, NaN, 100, '2'];
for (const quantity of REFUSED) test(`cart: no ${quantity} of a product`, () => assert.throws(() => add(empty(), 'cup', quantity), RangeError));

test('cart: one product has one line', () => assert.equal(cart('cup:1 cup:2').lines.length, 1));
test('cart: not more than 99 in two steps', () => assert.throws(() => cart('cup:60 cup:40'), RangeError));
test('cart: a product that is not there', () => assert.throws(() => add(empty(), 'coffee'), RangeError));
test('cart: one is added when nothing is said', () => assert.equal(add(empty(), 'cup').lines[0].quantity, 1));
test('cart: adding leaves the old cart', () => {
  const old = cart('cup:1');
  add(old, 'cup');
  assert.equal(old.lines[0].quantity, 1);
});
test('cart: removed', () => assert.deepEqual(remove(cart('cup:1 voucher:1'), 'cup'), cart('voucher:1')));
test('cart: what is not in it is not removed', () => assert.throws(() => remove(empty(), 'cup'), RangeError));
