// A PostgreSQL of one's own: started from the installed programs on a private socket, and gone when the work is done.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** PostgreSQL cannot be started here; the message says what is missing. */
export class Missing extends Error {}

// The newest installed server: Debian keeps each version in a folder of its own, beside PATH.
function programs() {
  const versions = (base, tail) => (existsSync(base) ? readdirSync(base) : [])
    .sort((one, other) => Number.parseFloat(other.replace(/^\D+/, '')) - Number.parseFloat(one.replace(/^\D+/, '')))
    .map((version) => join(base, version, tail));
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    ...versions('/usr/lib/postgresql', 'bin'),
    ...versions('/opt/homebrew/opt', 'bin').filter((folder) => folder.includes('postgresql')),
    '/usr/local/pgsql/bin',
  ];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (!found) {
    throw new Missing(`no PostgreSQL server: initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin; on Debian: apt-get install postgresql`);
  }
  const psql = [found, ...folders].find((folder) => existsSync(join(folder, 'psql')));
  if (!psql) throw new Missing('no psql: it is neither beside the server nor in PATH; on Debian: apt-get install postgresql-client');
  return { initdb: join(found, 'initdb'), postgres: join(found, 'postgres'), psql: join(psql, 'psql') };
}

// The server refuses to run as root: somebody else has to.
function user() {
  if (process.getuid() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => lines.find(([one]) => one === name)).find(Boolean);
  if (!found) throw new Missing('this runs as root, and there is neither a user `postgres` nor `nobody` to run the server as');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

// Anybody must be able to get there, and the path of a socket must be short.
function folder(who) {
  const open = (path) => (statSync(path).mode & 0o001) !== 0 && (path === dirname(path) || open(dirname(path)));
  const fits = (path) => existsSync(path) && path.length < 60 && (who.uid === undefined || open(realpathSync(path)));
  const base = [tmpdir(), '/tmp', '/var/tmp'].find(fits);
  if (!base) throw new Missing('no folder for temporary files that the server can reach: set TMPDIR');
  const made = mkdtempSync(join(base, 'chat-'));
  if (who.uid !== undefined) chownSync(made, who.uid, who.gid);
  return made;
}

/** Does some work with a database; `sql` runs a script or a question and gives what it answers. */
export async function withDatabase(work) {
  const { initdb, postgres, psql } = programs();
  const who = user();
  const home = folder(who);
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  const options = { ...who, cwd: home, env: { ...environment, HOME: home, LC_ALL: 'C' } };
  let server;
  const clean = () => {
    server?.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { clean(); process.exit(130); });
  try {
    const data = join(home, 'data');
    execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'], { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
    const settings = ['listen_addresses=', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=10', 'shared_buffers=16MB'];
    server = spawn(postgres, ['-D', data, '-k', home, ...settings.flatMap((one) => ['-c', one])], { ...options, stdio: ['ignore', 'ignore', 'ignore'] });
    const ended = new Promise((done) => { server.once('exit', done); });
    const client = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', home, '-U', 'postgres', '-d', 'postgres'];
    const sql = (text) => {
      const { status, stdout, stderr } = spawnSync(psql, [...client, '-1', '-f', '-'], { input: text, encoding: 'utf8', env: options.env });
      return { ok: status === 0, answer: stdout.trim(), error: stderr.trim() };
    };
    const until = Date.now() + 30_000;
    while (!sql('SELECT 1').ok) {
      if (server.exitCode !== null || Date.now() > until) throw new Missing('the server does not start; initdb and postgres are there');
      await new Promise((go) => setTimeout(go, 50));
    }
    await work(sql);
    server.kill('SIGINT');
    await ended;
  } finally {
    clean();
  }
}
