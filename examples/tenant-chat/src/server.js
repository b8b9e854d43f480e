// The chat over HTTP. Who asks, and for which tenant, comes from the session and never from the request.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** The server; `secret` signs the sessions, which end after a day. */
export function createChatServer({ store, chat, secret, now = Date.now }) {
  const DAY = 24 * 60 * 60 * 1000;
  const MOST = 64 * 1024;

  class Refusal extends Error {
    constructor(status, message) {
      super(message);
      this.status = status;
    }
  }

  const sign = (text) => createHmac('sha256', secret).update(text).digest();

  function session(request) {
    const token = /^Bearer ([\w-]+)\.([\w-]+)$/.exec(request.headers.authorization ?? '');
    if (!token) throw new Refusal(401, 'there is no session');
    const given = Buffer.from(token[2], 'base64url');
    const wanted = sign(token[1]);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new Refusal(401, 'the session is not ours');
    }
    const { tenant, user, role, since } = JSON.parse(Buffer.from(token[1], 'base64url'));
    if (now() - since > DAY) throw new Refusal(401, 'the session is over');
    return { tenant, user, role };
  }

  function staffOnly(role) {
    if (role !== 'staff') throw new Refusal(403, 'only staff may do this');
  }

  // The text in the JSON that was sent.
  async function text(request) {
    let body = '';
    request.setEncoding('utf8');
    for await (const part of request) {
      body += part;
      if (body.length > MOST) throw new Refusal(413, `more than ${MOST} characters`);
    }
    let found;
    try {
      found = JSON.parse(body).text;
    } catch {
      throw new Refusal(400, 'the body is not JSON');
    }
    if (typeof found !== 'string' || found.trim() === '') throw new Refusal(400, 'there is no text');
    return found;
  }

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      throw new Refusal(400, `${part} is no address`);
    }
  }

  const routes = {
    'GET /rooms': ({ tenant }) => store.rooms(tenant),

    'GET /rooms/:': ({ tenant, room, query }) => {
      const before = Number(query.get('before') ?? Number.MAX_SAFE_INTEGER);
      if (!Number.isSafeInteger(before)) throw new Refusal(400, '`before` is no number');
      return store.page(tenant, room, before, 100);
    },

    'POST /rooms/:': async ({ tenant, user, room, request }) => {
      const done = await chat.receive(tenant, room, user, await text(request));
      if (!done.stored) throw new Refusal(402, 'the messages of this month are used up');
      return done;
    },

    'GET /queue': ({ tenant, role }) => {
      staffOnly(role);
      return chat.queue(tenant);
    },

    'POST /answers/:': async ({ tenant, user, role, room, request }) => {
      staffOnly(role);
      return chat.reply(tenant, room, user, await text(request));
    },

    'GET /search': ({ tenant, role, query }) => {
      staffOnly(role);
      const wanted = query.get('text') ?? '';
      if (wanted.length < 3) throw new Refusal(400, 'three letters at least');
      return store.search(tenant, wanted);
    },

    'DELETE /messages': async ({ tenant, user }) => ({ deleted: await chat.forget(tenant, user) }),
  };

  async function answer(request) {
    const who = session(request);
    const [path, query] = request.url.split('?');
    const [, place, room] = path.split('/').map(decoded);
    const route = routes[`${request.method} /${place}${room ? '/:' : ''}`];
    if (!route) throw new Refusal(404, 'there is nothing here');
    return route({ ...who, request, room, query: new URLSearchParams(query) });
  }

  const reply = (response, status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };

  return createServer(async (request, response) => {
    // The widget runs on pages of tenants. What proves who asks is the session, not the page.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-methods', 'GET, POST, DELETE');
    response.setHeader('access-control-allow-headers', 'authorization');
    try {
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else reply(response, 200, await answer(request));
    } catch (error) {
      if (error instanceof Refusal) reply(response, error.status, { error: error.message });
      else {
        console.error(error);
        reply(response, 500, { error: 'something went wrong' });
      }
    }
  });
}
