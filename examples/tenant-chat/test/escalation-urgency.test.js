import test from 'node:test';
import assert from 'node:assert/strict';
import { urgency } from '../src/escalation.js';

test('urgency: none', () => assert.equal(urgency('When do you open?', 0.9), 0));
test('urgency: somebody wants money back', () => assert.equal(urgency('I want a refund', 0.9), 2));
test('urgency: twice angry', () => assert.equal(urgency('Refund, or my lawyer writes', 0.9), 3));
