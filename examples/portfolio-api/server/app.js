// HTTP in, HTTP out: finds the route, reads the body, turns what is refused into an answer.

import { createServer } from 'node:http';

import { Refused } from './errors.js';
import { ROUTES } from './routes/index.js';
import { LotService } from './services/lots.js';
import { SnapshotService } from './services/snapshots.js';
import { Store } from './store.js';
import { userOf } from './users.js';

const LIMIT = 64 * 1024;

export function createApp(store = new Store()) {
  const services = { store, snapshots: new SnapshotService(store), lots: new LotService(store) };
  return createServer(async (request, response) => {
    const [status, body] = await answer(services, request);
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  });
}

async function answer(services, request) {
  try {
    const url = new URL(request.url, 'http://service');
    const { route, params } = find(request.method, url.pathname);
    const user = userOf(request.headers.authorization);
    const body = request.method === 'POST' ? await json(request) : {};
    return route.handle({ ...services, params, body, user, query: url.searchParams });
  } catch (error) {
    if (error instanceof Refused) return [error.status, { error: error.code, message: error.message }];
    return [500, { error: 'internal', message: 'see the log' }];
  }
}

function find(method, path) {
  const matches = ROUTES.map((route) => ({ route, params: match(route.path, path) })).filter((one) => one.params);
  const found = matches.find((one) => one.route.method === method);
  if (found) return found;
  if (matches.length > 0) throw new Refused('wrong-method', `${path} knows no ${method}`);
  throw new Refused('not-found', `nothing at ${path}`);
}

function match(pattern, path) {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given[index]);
    else if (part !== given[index]) return null;
  }
  return params;
}

async function json(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LIMIT) throw new Refused('too-large', `a body has at most ${LIMIT} characters`);
  }
  try {
    return JSON.parse(text || '{}');
  } catch {
    throw new Refused('bad-request', 'the body is no JSON');
  }
}
