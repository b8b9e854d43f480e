import test from 'node:test';
import assert from 'node:assert/strict';
import { checks } from '../tools/checks.js';

for (const [name, count] of [['before', 3], ['schema', 3], ['after', 7]]) {
  const asked = checks(new URL(`../db/${name}.sql`, import.meta.url));
  test(`questions: ${count} ${name} the migration`, () => assert.equal(new Set(asked.map((one) => one.name)).size, count));
  test(`questions: none ${name} the migration changes anything`, () => assert.ok(asked.every(({ text }) => /^\s*SELECT\b[^;]*;\s*$/.test(text))));
}
