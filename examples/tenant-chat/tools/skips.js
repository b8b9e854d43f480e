// Which skipped tests give a reason that SKIPS.md lists.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const listed = [...readFileSync('SKIPS.md', 'utf8').matchAll(/^- `(.+?)`/gm)].map(([, reason]) => reason);
const reports = readdirSync('reports/tests').map((name) => readFileSync(`reports/tests/${name}`, 'utf8'));
const reasons = reports.flatMap((text) => [...text.matchAll(/<skipped type="skipped" message="([^"]*)"/g)].map(([, reason]) => reason));
const unlisted = reasons.filter((reason) => !listed.includes(reason));
const unused = listed.filter((reason) => !reasons.includes(reason));
writeFileSync('reports/skips.json', `${JSON.stringify({ skipped: reasons.length, unlisted: unlisted.length, unused: unused.length })}\n`);
for (const reason of unlisted) console.log(`not listed: ${reason}`);
for (const reason of unused) console.log(`listed for nothing: ${reason}`);
