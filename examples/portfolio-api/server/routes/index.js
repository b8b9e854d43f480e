// All routes. docs/API.md names each of them; tools/check_docs.mjs holds the two together.

import { funds } from './funds.js';
import { lots } from './lots.js';
import { snapshots } from './snapshots.js';

export const ROUTES = [
  { method: 'GET', path: '/health', handle: () => [200, { ok: true }] },
  { method: 'GET', path: '/funds', handle: funds.list },
  { method: 'GET', path: '/funds/:fund', handle: funds.get },
  { method: 'GET', path: '/funds/:fund/value', handle: funds.value },
  { method: 'GET', path: '/funds/:fund/snapshots', handle: snapshots.list },
  { method: 'POST', path: '/funds/:fund/snapshots', handle: snapshots.create },
  { method: 'GET', path: '/funds/:fund/snapshots/latest', handle: snapshots.latest },
  { method: 'GET', path: '/funds/:fund/lots', handle: lots.list },
  { method: 'POST', path: '/funds/:fund/lots', handle: lots.create },
  { method: 'POST', path: '/funds/:fund/sales', handle: lots.sell },
];
