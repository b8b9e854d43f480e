// Deploys, or with `--dry-run` does all of it but for moving the traffic. Leaves evidence of each step.

import { mkdirSync, writeFileSync } from 'node:fs';
import { instance } from './instance.js';

const dry = process.argv.includes('--dry-run');
const steps = [];
async function step(name, work) {
  const ok = await work().then((found) => found !== false, () => false);
  steps.push({ name, ok });
  console.log(`${ok ? 'done  ' : 'FAILED'} ${name}`);
}

let next;
const ask = (path, options) => fetch(`${next.url}${path}`, options);
await step('start the new version', async () => { next = await instance(); });
await step('it is healthy', async () => (await ask('/health')).ok);
await step('it shows products', async () => (await (await ask('/products?q=tea')).json()).length > 0);
await step('it quotes a price', async () => {
  const body = JSON.stringify({ country: 'DE', lines: [{ sku: 'cup', quantity: 2 }] });
  return (await ask('/quotes', { method: 'POST', body })).status === 201;
});
if (dry) await step('end the new version', async () => { await next.end(); });
else await step('move the traffic', async () => { throw new Error('there is no production in this example'); });

mkdirSync('evidence', { recursive: true });
const failed = steps.filter(({ ok }) => !ok).length;
writeFileSync(`evidence/${dry ? 'dry-run' : 'deploy'}.json`, `${JSON.stringify({ steps: steps.length, failed, all: steps })}\n`);
if (next && !dry) await next.end();
process.exitCode = failed > 0 ? 1 : 0;
