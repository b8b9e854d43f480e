// What the tests of both services begin with.

import assert from 'node:assert/strict';

import { Store } from '../../server/store.js';

// What a service made; nothing is no answer.
export function made(thing) {
  assert.ok(thing, 'the service gave nothing');
  return thing;
}

export const store = () => new Store();
