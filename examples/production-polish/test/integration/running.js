// The whole service on a free port, with two small sources for its agent.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { server } from '../../src/server.js';

const KNOWN = [
  ['Payments between members are free and arrive at once.', 'Credits are issued by the treasurer.'],
  ['The guild meets on the first Monday of each month.', 'A member is a person or a workshop.'],
];

async function listening(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/** Starts it for one test; everything ends with the test. */
export async function running(context) {
  const servers = KNOWN.map((passages) => createServer((_, response) => response.end(JSON.stringify({ passages }))));
  const sources = await Promise.all(servers.map(listening));
  servers.push(server({ sources }));
  const url = await listening(servers.at(-1));
  context.after(() => servers.forEach((one) => { one.closeAllConnections(); one.close(); }));
  const call = async (method, path, body) => {
    const answer = await fetch(url + path, { method, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, text, body: answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : null };
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}
