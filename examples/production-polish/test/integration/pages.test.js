import test from 'node:test';
import assert from 'node:assert/strict';
import { running } from './running.js';

test('pages: the first page', async (context) => {
  const { status, text } = await (await running(context)).get('/');
  assert.equal(status, 200);
  assert.match(text, /<title>Guild/);
});
test('pages: a page that is not there', async (context) => {
  assert.equal((await (await running(context)).get('/nothing.html')).status, 404);
});
test('pages: the service is well', async (context) => {
  assert.equal((await (await running(context)).get('/health')).status, 200);
});
