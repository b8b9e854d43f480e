// Sends sixty requests of one client to all instances in turn, and counts what they let through.

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const REQUESTS = 60;
const report = process.argv[2];
const urls = (process.env.API_URLS ?? '').split(/[\s,]+/).filter(Boolean);
const client = randomUUID(); // nobody has counted this one yet

async function ask(url, who) {
  const answer = await fetch(`${url}/products?q=tea`, { headers: { 'x-client': who } });
  await answer.arrayBuffer();
  return answer;
}

// A window that ends in the middle would count twice: then the next one is waited for.
const ends = Number((await ask(urls[0], `${client}-clock`)).headers.get('x-window-ends'));
if (ends - Date.now() < 5000) await new Promise((go) => setTimeout(go, ends - Date.now() + 100));

const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(urls[index % urls.length], client)));
const instances = new Set(answers.map((answer) => answer.headers.get('x-instance')));
const count = (status) => answers.filter((answer) => answer.status === status).length;
const found = { requests: REQUESTS, instances: instances.size, passed: count(200), refused: count(429) };
mkdirSync(dirname(report), { recursive: true });
writeFileSync(report, `${JSON.stringify(found)}\n`);
console.log(found);
