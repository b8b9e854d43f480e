// The guild over HTTP, with its page and its agent. SOURCES are the addresses that the agent asks.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { answer } from './agent.js';
import { Guild } from './guild.js';

const WEB = new URL('../web/', import.meta.url).pathname;

/** A server that is not listening yet. */
export function server({ sources, guild = new Guild() }) {
  const routes = {
    'GET /health': async () => [200, { ok: true }],
    'POST /members': async ({ body }) => { guild.join(body.name); return [201, { name: body.name }]; },
    'GET /members': async ({ query }) => [200, { balance: guild.balance(query.get('name')) }],
    'POST /credits': async ({ body }) => [201, { id: guild.issue(body.to, body.amount) }],
    'POST /payments': async ({ body }) => [201, { id: guild.pay(body.from, body.to, body.amount) }],
    'GET /audit': async () => [200, { holds: guild.holds() }],
    'GET /agent': async ({ query }) => [200, await answer(sources, query.get('q') ?? '')],
  };
  return createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const reply = (status, body, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type });
      response.end(type === 'application/json' ? JSON.stringify(body) : body);
    };
    try {
      const route = routes[`${request.method} ${url.pathname}`];
      if (route) {
        let text = '';
        for await (const chunk of request) text += chunk;
        const [status, body] = await route({ query: url.searchParams, body: text ? JSON.parse(text) : {} });
        return reply(status, body);
      }
      if (request.method === 'GET') {
        const name = decodeURIComponent(url.pathname.slice(1)) || 'index.html';
        return reply(200, await readFile(join(WEB, name)), 'text/html');
      }
      return reply(404, { error: 'no such route' });
    } catch (error) {
      if (error.code === 'ENOENT') return reply(404, { error: 'no such page' });
      const theirs = error instanceof RangeError || error instanceof SyntaxError;
      return reply(theirs ? 422 : 500, { error: theirs ? error.message : 'something went wrong here' });
    }
  });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const sources = (process.env.SOURCES ?? '').split(' ').filter(Boolean);
  server({ sources }).listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
}
