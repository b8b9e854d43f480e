// Questions in a file of SQL, each below a line `-- check: NAME`.

import { readFileSync } from 'node:fs';

/** Name and text of each. */
export function checks(file) {
  const parts = readFileSync(file, 'utf8').split(/^-- check: (.+)$/m).slice(1);
  return Array.from({ length: parts.length / 2 }, (_, index) => ({ name: parts[2 * index], text: parts[2 * index + 1] }));
}
