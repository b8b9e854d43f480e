import test from 'node:test';
import assert from 'node:assert/strict';
import { running } from './running.js';

test('agent: answers from the source that knows', async (context) => {
  const guild = await running(context);
  assert.match((await guild.get('/agent?q=When+does+the+guild+meet')).body.passage ?? '', /first Monday/);
});
test('agent: does not make things up', async (context) => {
  const guild = await running(context);
  assert.equal((await guild.get('/agent?q=capital+of+France')).body.passage, null);
});
test('agent: a question of nothing has no answer', async (context) => {
  assert.equal((await (await running(context)).get('/agent?q=')).body.fits, 0);
});
