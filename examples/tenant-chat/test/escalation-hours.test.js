import test from 'node:test';
import assert from 'node:assert/strict';
import { isOpen } from '../src/escalation.js';

const OPEN = [[1, 8], [1, 17], [5, 17], [6, 9], [6, 12]];
const CLOSED = [[0, 10], [1, 7], [1, 18], [6, 8], [6, 13]];
for (const [day, hour] of OPEN) test(`hours: day ${day} at ${hour}`, () => assert.equal(isOpen(day, hour), true));
for (const [day, hour] of CLOSED) test(`hours: day ${day} at ${hour}, nobody is there`, () => assert.equal(isOpen(day, hour), false));
