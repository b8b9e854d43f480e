// A service of its own for each test, and a way to ask it.

import { createApp } from '../server/app.js';
import { Store } from '../server/store.js';

export async function asking(t, store = new Store()) {
  const server = createApp(store);
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address();
  return async (method, path, token, body, raw) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const sent = { method, headers, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, sent);
    return { status: response.status, body: await response.json() };
  };
}
