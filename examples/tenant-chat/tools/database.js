// Takes an empty database through all migrations, with the data of db/seed.sql before the last of them, and asks what must
// hold before and after. Each answer is a test case in a report:
//
//   reports/database.xml   every migration applies
//   reports/before.xml     db/before.sql: questions that must return no row before the last migration
//   reports/schema.xml     db/schema.sql: what the schema must hold after it
//   reports/after.xml      db/after.sql: statements that must be true after it
//
// Exit status: 0 every migration applies, 1 one does not, 2 there is no PostgreSQL, and it is said what is missing. What the
// other reports say is for the gates that read them.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { checks } from './checks.js';
import { Missing, withDatabase } from './postgres.js';

const escape = (text) => text.replace(/[^\t\n\x20-\ufffd]/g, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function report(name, cases) {
  const failures = cases.filter(({ wrong }) => wrong).length;
  const lines = cases.map(({ name: what, wrong }) => {
    const open = `  <testcase classname="${name}" name="${escape(what)}"`;
    return wrong ? `${open}><failure message="${escape(wrong)}"/></testcase>` : `${open}/>`;
  });
  const text = `<testsuite name="${name}" tests="${cases.length}" failures="${failures}">\n${lines.join('\n')}\n</testsuite>\n`;
  writeFileSync(`reports/${name}.xml`, text);
  console.log(`${name}: ${cases.length - failures} of ${cases.length} hold`);
}

const NOTE = `
  CREATE SCHEMA noted;
  CREATE TABLE noted.messages AS SELECT count(*) AS total FROM messages;
  CREATE TABLE noted.tenants AS SELECT tenants.id AS tenant_id, count(messages.id) AS own
    FROM tenants LEFT JOIN messages ON messages.tenant_id = tenants.id GROUP BY 1;
`;

async function work(sql) {
  const files = readdirSync('db/migrations').filter((name) => name.endsWith('.sql')).sort();
  const apply = (name) => {
    const { ok, error } = sql(readFileSync(`db/migrations/${name}`, 'utf8'));
    return { name, wrong: ok ? null : error };
  };
  const must = (text) => {
    const { ok, error } = sql(text);
    if (!ok) throw new Error(error);
  };
  const last = files.at(-1);
  const first = files.filter((name) => name < '0003');
  const applied = first.map(apply);
  must(readFileSync('db/seed.sql', 'utf8'));
  must(NOTE);
  applied.push(...files.slice(first.length, -1).map(apply));
  report('before', checks('db/before.sql').map(({ name, text }) => {
    const { ok, answer, error } = sql(text);
    const rows = answer.split('\n').filter(Boolean);
    return { name, wrong: ok ? rows.length > 0 && `${rows.length} rows, the first is ${rows[0]}` : error };
  }));
  applied.push(apply(last));
  report('database', applied);
  if (applied.some(({ wrong }) => wrong)) process.exitCode = 1;
  for (const name of ['schema', 'after']) {
    report(name, checks(`db/${name}.sql`).map(({ name: what, text }) => {
      const { ok, answer, error } = sql(text);
      return { name: what, wrong: ok ? answer !== 't' && `it is ${answer || 'nothing'}` : error };
    }));
  }
}

mkdirSync('reports', { recursive: true });
try {
  await withDatabase(work);
} catch (error) {
  console.error(`error: ${error.message}`);
  if (!(error instanceof Missing)) throw error;
  process.exitCode = 2;
}
