// Holds the client and the service together: each path that the client asks for has a route.

import { readFileSync } from 'node:fs';

import { ROUTES } from '../server/routes.js';

const text = readFileSync('client/tracking.js', 'utf8');
const asked = [...text.matchAll(/json\([`']([^`'?]+)/g)].map((match) => match[1].replace(/\$\{\w+\}/g, 'x'));
const served = (path) => ROUTES.some((route) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path));
const lacking = asked.filter((path) => !served(path));
for (const path of lacking) console.log(`${path} is asked for and not served`);
console.log(`${asked.length - lacking.length} of ${asked.length} paths that the client asks for are served`);
process.exitCode = asked.length > 0 && lacking.length === 0 ? 0 : 1;
