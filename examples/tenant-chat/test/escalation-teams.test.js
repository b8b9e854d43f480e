import test from 'node:test';
import assert from 'node:assert/strict';

test('teams: handed over on a holiday', { skip: 'waits for the new interface' }, () => {});
test('teams: handed back', { skip: 'waits for the new interface' }, () => {});
