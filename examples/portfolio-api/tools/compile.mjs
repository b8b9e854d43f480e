// Compiles and links every module without running any: a syntax error and a name that is imported and not exported
// are found here, not when a test file does not load.
//
//   node --experimental-vm-modules --no-warnings tools/compile.mjs FOLDER…

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { SourceTextModule, SyntheticModule } from 'node:vm';

const modules = new Map();

function compiled(path) {
  if (!modules.has(path)) modules.set(path, new SourceTextModule(readFileSync(path, 'utf8'), { identifier: path }));
  return modules.get(path);
}

async function link(name, from) {
  if (name.startsWith('.')) return compiled(resolve(dirname(from.identifier), name));
  const builtin = await import(name);
  return new SyntheticModule(Object.keys(builtin), () => {}, { identifier: name });
}

const files = process.argv.slice(2).flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => resolve(join(folder, name))),
);
let wrong = 0;
for (const path of files.sort()) {
  try {
    const module = compiled(path);
    if (module.status === 'unlinked') await module.link(link);
  } catch (error) {
    wrong += 1;
    console.log(`${relative('.', path)}: ${error.message}`);
  }
}
console.log(`${files.length - wrong} of ${files.length} modules compile`);
process.exitCode = files.length > 0 && wrong === 0 ? 0 : 1;
