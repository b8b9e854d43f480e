// Loads all tests and all modules into one process, so that coverage counts every line, also of what nobody asks.

import { readdirSync } from 'node:fs';

for (const folder of ['../test/', '../src/']) {
  const names = readdirSync(new URL(folder, import.meta.url)).filter((name) => name.endsWith('.js')).sort();
  for (const name of names) await import(new URL(folder + name, import.meta.url));
}
