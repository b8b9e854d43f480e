import test from 'node:test';
import assert from 'node:assert/strict';
import { shown } from '../src/messages.js';

const MESSAGE = { text: 'hi', internal: 'angry' };
test('roles: staff see all', () => assert.deepEqual(shown(MESSAGE, 'staff'), MESSAGE));
test('roles: others do not', () => assert.deepEqual(shown(MESSAGE, 'guest'), { text: 'hi' }));
test('roles: nobody is no staff', () => assert.deepEqual(shown(MESSAGE), { text: 'hi' }));
test('roles: the message stays as it was', () => {
  shown(MESSAGE, 'guest');
  assert.equal(MESSAGE.internal, 'angry');
});
test('roles: in the interface of guests', { skip: 'waits for the new interface' }, () => {});
test('roles: in the interface of staff', { skip: 'waits for the new interface' }, () => {});
