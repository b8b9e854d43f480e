// HTTP in, HTTP out.

import { createServer } from 'node:http';

import { ROUTES } from './routes.js';

export function createApp(services) {
  return createServer((request, response) => {
    const url = new URL(request.url, 'http://service');
    const [status, body] = answer(services, request.method, url);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}

export function answer(services, method, url) {
  for (const route of ROUTES) {
    const found = new RegExp(`^${route.path.replace(/:\w+/g, '([^/]+)')}$`).exec(url.pathname);
    if (found && route.method === method) return route.handle(services, found.slice(1), url.searchParams);
  }
  return [404, { error: 'not-found' }];
}
