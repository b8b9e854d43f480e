import test from 'node:test';
import assert from 'node:assert/strict';
import { cost } from '../src/providers.js';

for (const [name, count, cents] of [['north', 1, 4], ['north', 1000, 4], ['north', 1001, 8], ['local', 900, 0]]) {
  test(`cost: ${count} words by ${name}`, () => assert.equal(cost(name, count), cents));
}
