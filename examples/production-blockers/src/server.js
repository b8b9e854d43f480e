// The service over HTTP. `PORT` says where, `STATE` the folder that all instances share.

import { createServer } from 'node:http';
import { answer } from './routes.js';
import { Limiter } from './limiter.js';

/** A server that is not listening yet. */
export function server({ limiter, env, instance }) {
  return createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const reply = (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-instance': instance, ...headers });
      response.end(JSON.stringify(body));
    };
    try {
      if (url.pathname !== '/health') {
        const taken = limiter.take(request.headers['x-client'] ?? request.socket.remoteAddress);
        response.setHeader('x-window-ends', taken.ends);
        if (!taken.ok) return reply(429, { error: 'too many requests' }, { 'retry-after': Math.ceil((taken.ends - Date.now()) / 1000) });
      }
      let body = '';
      for await (const chunk of request) body += chunk;
      const found = answer({ method: request.method, path: url.pathname, query: url.searchParams, body, env });
      return reply(found.status, found.body);
    } catch {
      return reply(500, { error: 'something went wrong here' });
    }
  });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { PORT = '8080', LIMIT = '20', WINDOW = '3600000', STATE = 'var' } = process.env;
  const limiter = new Limiter({ limit: Number(LIMIT), window: Number(WINDOW), folder: `${STATE}/limits` });
  server({ limiter, env: process.env, instance: String(process.pid) }).listen(Number(PORT), '127.0.0.1');
}
