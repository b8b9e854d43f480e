import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const boxes = readFileSync(new URL('../ISSUES.md', import.meta.url), 'utf8').match(/^- \[[ x]\] .*$/gm);
for (const [priority, count] of [['critical', 13], ['high', 15], ['medium', 17], ['low', 5]]) {
  test(`issues: ${count} are ${priority}`, () => assert.equal(boxes.filter((box) => box.includes(`**${priority}**`)).length, count));
}
