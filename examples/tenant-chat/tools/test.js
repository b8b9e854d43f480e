// Runs each file of tests in a process of its own, with a report of its own: a file that is gone is a report that is gone.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';

const files = readdirSync('test').filter((name) => name.endsWith('.test.js')).sort();
mkdirSync('reports/tests', { recursive: true });

function run(name) {
  const report = `reports/tests/${name.replace('.test.js', '.xml')}`;
  const options = ['--test-reporter=junit', `--test-reporter-destination=${report}`, `test/${name}`];
  return new Promise((done) => { spawn(process.execPath, options, { stdio: 'inherit' }).once('exit', done); });
}

const waiting = [...files];
async function work() {
  for (let name = waiting.shift(); name; name = waiting.shift()) if (await run(name) !== 0) process.exitCode = 1;
}
await Promise.all([work(), work(), work()]);
