import test from 'node:test';
import assert from 'node:assert/strict';
import { allowed } from '../src/providers.js';

for (const [region, count] of [['eu', 3], ['us', 2], ['on-premises', 1], ['moon', 0]]) {
  test(`regions: ${region}`, () => assert.equal(allowed(region).length, count));
}
