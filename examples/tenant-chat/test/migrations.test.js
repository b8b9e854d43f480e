import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../db/migrations/', import.meta.url);
const names = readdirSync(folder);
const sql = names.map((name) => readFileSync(new URL(name, folder), 'utf8'));
test('migrations: each has a number and says what it does', () => assert.ok(names.every((name) => /^\d{4}_[a-z_]+\.sql$/.test(name))));
test('migrations: no number twice', () => assert.equal(new Set(names.map((name) => name.slice(0, 4))).size, names.length));
test('migrations: none truncates', () => assert.ok(sql.every((text) => !/\btruncate\b/i.test(text))));
