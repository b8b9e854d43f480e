// Starts the service on a free port and waits until it answers.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** A running instance: its address, and how to end it. */
export async function instance() {
  const port = await freePort();
  const child = spawn(process.execPath, ['src/server.js'], { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise((done) => { child.once('exit', done); });
  for (let tries = 0; tries < 400; tries += 1) {
    const up = await fetch(`${url}/health`).then((answer) => answer.ok, () => false);
    if (up) return { url, end: () => { child.kill(); return ended; } };
    await new Promise((go) => setTimeout(go, 50));
  }
  child.kill();
  throw new Error('the service does not answer');
}
