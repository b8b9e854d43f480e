// What one manager may not see of another's funds. Over HTTP, because that is where it would be lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asking } from '../asking.js';

const later = { skip: 'until the routes answer' };

test('tenants: the manager of fund A gets 403 for every path of fund B (AP-09)', later, async (t) => {
  const ask = await asking(t);
  for (const path of ['', '/value', '/snapshots', '/snapshots/latest', '/lots']) {
    assert.equal((await ask('GET', `/funds/B${path}`, 'demo-manager-a')).status, 403, path);
  }
  assert.equal((await ask('POST', '/funds/B/lots', 'demo-manager-a', {})).status, 403);
});

test('tenants: nobody without a token gets anything but the health address (AP-10)', later, async (t) => {
  const ask = await asking(t);
  assert.equal((await ask('GET', '/funds/A')).status, 401);
  assert.equal((await ask('GET', '/funds', 'made-up')).status, 401);
  assert.equal((await ask('GET', '/health')).status, 200);
});

test('tenants: a list of funds holds those of the user', later, async (t) => {
  const ask = await asking(t);
  const ids = async (token) => (await ask('GET', '/funds', token)).body.map((fund) => fund.id);
  assert.deepEqual(await ids('demo-manager-a'), ['A']);
  assert.deepEqual(await ids('demo-auditor'), ['A', 'B']);
});
