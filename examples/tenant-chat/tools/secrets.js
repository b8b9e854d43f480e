// Looks for credentials in all files that git knows of, and writes what it finds as SARIF.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const RULES = [
  { id: 'provider-key', text: 'a key of a provider', pattern: /\b(?:mk|sk|pk)_live_[0-9a-f]{12,}/g },
  { id: 'private-key', text: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g },
  { id: 'password-in-address', text: 'a password in an address', pattern: /\b[a-z]+:\/\/[^\s:/@]+:[^\s:/@]+@[^\s/]+/g },
];

// The ledger holds digests, and the branches of this example are to be judged before they are merged.
const SKIPPED = /^(?:\.tollgate\/ledger|branches)\//;

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' }).split('\0').filter(Boolean);
const results = [];
for (const file of files.filter((name) => !SKIPPED.test(name))) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    continue; // a file that is deleted and not committed yet
  }
  text.split('\n').forEach((line, index) => {
    for (const { id, text: what, pattern } of RULES) {
      for (const found of line.matchAll(pattern)) {
        const region = { startLine: index + 1, startColumn: found.index + 1 };
        results.push({
          ruleId: id,
          level: 'error',
          message: { text: `this looks like ${what}` },
          locations: [{ physicalLocation: { artifactLocation: { uri: file }, region } }],
        });
      }
    }
  });
}
const driver = { name: 'secrets', rules: RULES.map(({ id, text }) => ({ id, shortDescription: { text } })) };
const sarif = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver }, results }] };
mkdirSync('reports', { recursive: true });
writeFileSync('reports/secrets.sarif', `${JSON.stringify(sarif, null, 1)}\n`);
process.exitCode = results.length > 0 ? 1 : 0;
