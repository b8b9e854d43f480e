import test from 'node:test';
import assert from 'node:assert/strict';
import { running } from './running.js';

test('members: joins with nothing', async (context) => {
  const guild = await running(context);
  assert.equal((await guild.post('/members', { name: 'ada' })).status, 201);
  assert.deepEqual((await guild.get('/members?name=ada')).body, { balance: 0 });
});
test('members: nobody joins twice', async (context) => {
  const guild = await running(context);
  await guild.post('/members', { name: 'ada' });
  assert.equal((await guild.post('/members', { name: 'ada' })).status, 422);
});
test('members: a name is a name', async (context) => {
  const guild = await running(context);
  for (const name of ['', 'x', 'Ada', 'a b']) assert.equal((await guild.post('/members', { name })).status, 422);
});
test('members: who is none has no balance', async (context) => {
  assert.equal((await (await running(context)).get('/members?name=bo')).status, 422);
});
