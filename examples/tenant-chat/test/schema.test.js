import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../db/migrations/${name}.sql`, import.meta.url), 'utf8');
const tables = ['0002_messages', '0004_partition_messages'].map(read);
for (const column of ['tenant_id', 'room', 'author', 'body', 'written']) {
  test(`schema: ${column} of a message is never empty`, () => {
    for (const sql of tables) assert.match(sql, new RegExp(`^  ${column} \\w+ NOT NULL,?$`, 'm'));
  });
}
