// Looks for credentials in all files that git knows of, and writes what it finds as SARIF.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { RULES, credentials } from './credentials.js';

// The ledger holds digests, and the branches of this example are to be judged before they are merged.
const SKIPPED = /^(?:\.tollgate\/ledger|branches)\//;

const known = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const files = known.split('\0').filter((name) => name && !SKIPPED.test(name) && existsSync(name));
const results = files.flatMap((file) => credentials(readFileSync(file, 'utf8')).map(({ id, what, line, column }) => ({
  ruleId: id,
  level: 'error',
  message: { text: `this looks like ${what}` },
  locations: [{ physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line, startColumn: column } } }],
})));
const driver = { name: 'secrets', rules: RULES.map(({ id, text }) => ({ id, shortDescription: { text } })) };
const sarif = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver }, results }] };
mkdirSync('reports', { recursive: true });
writeFileSync('reports/secrets.sarif', `${JSON.stringify(sarif, null, 1)}\n`);
process.exitCode = results.length > 0 ? 1 : 0;
