import test from 'node:test';
import assert from 'node:assert/strict';
import { running } from './running.js';

// Ada with ten credits, bo with none.
async function two(context) {
  const guild = await running(context);
  for (const name of ['ada', 'bo']) await guild.post('/members', { name });
  await guild.post('/credits', { to: 'ada', amount: 10 });
  const balance = async (name) => (await guild.get(`/members?name=${name}`)).body.balance;
  return { ...guild, balance };
}

test('payments: go from one to the other', async (context) => {
  const guild = await two(context);
  assert.equal((await guild.post('/payments', { from: 'ada', to: 'bo', amount: 4 })).status, 201);
  assert.deepEqual([await guild.balance('ada'), await guild.balance('bo')], [6, 4]);
});
test('payments: nobody pays what they do not have', async (context) => {
  const guild = await two(context);
  assert.equal((await guild.post('/payments', { from: 'bo', to: 'ada', amount: 1 })).status, 422);
});
test('payments: to oneself changes nothing', async (context) => {
  const guild = await two(context);
  await guild.post('/payments', { from: 'ada', to: 'ada', amount: 4 });
  assert.equal(await guild.balance('ada'), 10);
});
test('payments: of nothing are none', async (context) => {
  const guild = await two(context);
  assert.equal((await guild.post('/payments', { from: 'ada', to: 'bo', amount: 0 })).status, 422);
});
test('payments: the audit holds', async (context) => {
  const guild = await two(context);
  await guild.post('/payments', { from: 'ada', to: 'bo', amount: 4 });
  assert.deepEqual((await guild.get('/audit')).body, { holds: true });
});
