import test from 'node:test';
import assert from 'node:assert/strict';
import { verdict } from '../src/providers.js';

for (const [status, meaning] of [[200, 'fine'], [429, 'wait'], [401, 'key'], [503, 'next'], [400, 'ours']]) {
  test(`errors: ${status}`, () => assert.equal(verdict(status), meaning));
}
test('errors: north as it is', { skip: 'waits for a sandbox of the provider' }, () => {});
test('errors: south as it is', { skip: 'waits for a sandbox of the provider' }, () => {});
test('errors: local as it is', { skip: 'waits for a sandbox of the provider' }, () => {});
