// Holds docs/API.md and the routes of the service together: each route has its heading, each heading its route.

import { readFileSync } from 'node:fs';

import { ROUTES } from '../server/routes/index.js';

const text = readFileSync('docs/API.md', 'utf8');
const documented = new Set([...text.matchAll(/^## `([A-Z]+ \/\S*)`$/gm)].map((match) => match[1]));
const served = new Set(ROUTES.map((route) => `${route.method} ${route.path}`));
const lacking = [...served].filter((route) => !documented.has(route)).map((route) => `${route} is not documented`);
const gone = [...documented].filter((route) => !served.has(route)).map((route) => `${route} is documented and not served`);
for (const line of [...lacking, ...gone]) console.log(line);
console.log(`${served.size - lacking.length} of ${served.size} routes are documented`);
process.exitCode = lacking.length + gone.length === 0 ? 0 : 1;
