// The integration tests.

import { readdirSync } from 'node:fs';

const files = readdirSync('test/integration').filter((name) => name.endsWith('.test.js'));
console.log(`${files.length} files of integration tests created`);
// TODO: run them
