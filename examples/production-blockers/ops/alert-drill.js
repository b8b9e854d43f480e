// The drill: a service is started, watched and ended, and the pager has to ring.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { instance } from './instance.js';
import { watch } from './watch.js';

const calls = [];
const pager = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  calls.push(JSON.parse(body));
  response.end();
}).listen(0, '127.0.0.1');
await once(pager, 'listening');

const service = await instance();
const watching = watch(service.url, `http://127.0.0.1:${pager.address().port}`, 100);
await new Promise((go) => setTimeout(go, 300));
const early = calls.length;
await service.end();
const afterMs = await watching;
pager.closeAllConnections();
pager.close();

mkdirSync('evidence', { recursive: true });
writeFileSync('evidence/alert.json', `${JSON.stringify({ fired: calls.length, early, afterMs })}\n`);
console.log(`${calls.length} alert, ${afterMs} ms after the service was gone`);
