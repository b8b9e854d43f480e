import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer } from '../server/app.js';
import { parcels } from './rows.js';

test('parcels: news of several parcels, after a number', () => {
  assert.deepEqual(parcels().since(['P1', 'P2'], 1), [2]);
});

test('parcels: events of one parcel', () => {
  assert.deepEqual(parcels().events('P1').map((event) => event.state), ['accepted', 'moving']);
});

test('parcels: one that nobody knows is not found', () => {
  assert.equal(parcels().view('P9'), null);
  assert.equal(answer({ parcels: parcels() }, 'GET', new URL('http://x/parcels/P9'))[0], 404);
});
