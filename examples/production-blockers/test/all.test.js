// Loads every module, so that one that no test asks anything of counts with all of its lines.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

const folder = new URL('../src/', import.meta.url);
test('all: every module can be loaded', async () => {
  const modules = await Promise.all(readdirSync(folder).map((name) => import(new URL(name, folder))));
  assert.ok(modules.every((module) => Object.keys(module).length > 0));
});
