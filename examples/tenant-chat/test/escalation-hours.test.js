import test from 'node:test';
import assert from 'node:assert/strict';
import { isOpen } from '../src/escalation.js';

for (const [day, hour, open] of [[0, 10, false], [1, 8, true], [1, 18, false], [5, 17, true], [1, 7, false]]) {
  test(`hours: day ${day} at ${hour}`, () => assert.equal(isOpen(day, hour), open));
}
