import test from 'node:test';
import assert from 'node:assert/strict';
import { product, search } from '../src/catalog.js';

const PRICES = [
  ['tea-green', 690], ['tea-black', 590], ['pot-small', 2450], ['pot-large', 3995], ['cup', 895], ['book-tea', 1800],
  ['voucher', 5000],
];
for (const [sku, price] of PRICES) test(`catalog: price of ${sku}`, () => assert.equal(product(sku).price, price));

const QUERIES = [
  ['tea', 5], ['teapot', 2], ['green tea', 1], ['tea green', 1], ['TEA', 5], ['cup', 1], ['coffee', 0], ['', 7],
  ['book cup', 0],
];
for (const [query, found] of QUERIES) test(`catalog: search "${query}"`, () => assert.equal(search(query).length, found));

test('catalog: a product that is not there', () => assert.throws(() => product('coffee'), /no such product: coffee/));
test('catalog: nobody changes a price', () => assert.throws(() => { product('cup').price = 1; }, TypeError));
