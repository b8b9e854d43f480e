import test from 'node:test';
import assert from 'node:assert/strict';

test('roles: in the interface of guests', { skip: 'waits for the new interface' }, () => {});
test('roles: in the interface of staff', { skip: 'waits for the new interface' }, () => {});
