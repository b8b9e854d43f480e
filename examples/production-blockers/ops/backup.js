// Makes a backup of all orders, restores it somewhere else and compares row by row. Leaves evidence of what it found.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const rows = (text) => text.split('\n').filter(Boolean);
const orders = readFileSync('data/orders.jsonl');
mkdirSync('var', { recursive: true });
writeFileSync('var/backup.jsonl.gz', gzipSync(orders));

const elsewhere = mkdtempSync(join(tmpdir(), 'restore-'));
try {
  writeFileSync(join(elsewhere, 'orders.jsonl'), gunzipSync(readFileSync('var/backup.jsonl.gz')));
  const before = rows(orders.toString());
  const after = rows(readFileSync(join(elsewhere, 'orders.jsonl'), 'utf8'));
  const longest = Math.max(before.length, after.length);
  const differ = Array.from({ length: longest }, (_, row) => before[row] !== after[row]).filter(Boolean).length;
  mkdirSync('evidence', { recursive: true });
  writeFileSync('evidence/backup.json', `${JSON.stringify({ rows: after.length, differ })}\n`);
  console.log(`${after.length} orders restored, ${differ} differ`);
} finally {
  rmSync(elsewhere, { recursive: true });
}
