import test from 'node:test';
import assert from 'node:assert/strict';
import { support } from '../src/confidence.js';

const ages = (...list) => list.map((age) => ({ age }));
for (const [list, found] of [[[], 0], [[1], 0.1], [[30], 0.1], [[31], 0], [[1, 2], 0.2], [[1, 2, 3, 4], 0.3]]) {
  test(`support: of sources ${list.join(', ')} days old`, () => assert.equal(support(ages(...list)), found));
}
