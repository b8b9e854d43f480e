// How long the agent takes to answer when each of its eight sources takes as long as those in production.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { answer } from '../src/agent.js';

const SOURCES = 8;
const LATENCY = 300; // ms, the 95th percentile of the sources in production
const QUESTIONS = ['When does the guild meet?', 'Who issues credits?', 'What does a payment cost?'];

const servers = Array.from({ length: SOURCES }, (_, number) => createServer((_request, response) => {
  setTimeout(() => response.end(JSON.stringify({ passages: [`Source ${number} knows when the guild meets.`] })), LATENCY);
}).listen(0, '127.0.0.1'));
await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
const sources = servers.map((server) => `http://127.0.0.1:${server.address().port}`);

const took = await Promise.all(QUESTIONS.map(async (question) => {
  const began = performance.now();
  await answer(sources, question);
  return Math.round(performance.now() - began);
}));
for (const server of servers) {
  server.closeAllConnections();
  server.close();
}
mkdirSync('reports', { recursive: true });
writeFileSync('reports/bench.json', `${JSON.stringify({ questions: took.length, slowestMs: Math.max(...took), all: took })}\n`);
console.log(`slowest of ${took.length} answers: ${Math.max(...took)} ms`);
