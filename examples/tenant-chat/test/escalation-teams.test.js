import test from 'node:test';
import assert from 'node:assert/strict';
import { team } from '../src/escalation.js';

test('teams: nothing to do', () => assert.equal(team(0, true), 'machine'));
test('teams: care', () => assert.equal(team(2, true), 'care'));
test('teams: care is for angry people', () => assert.equal(team(3, true), 'care'));
test('teams: the desk', () => assert.equal(team(1, true), 'desk'));
test('teams: handed over on a holiday', { skip: 'waits for the new interface' }, () => {});
test('teams: handed back', { skip: 'waits for the new interface' }, () => {});
