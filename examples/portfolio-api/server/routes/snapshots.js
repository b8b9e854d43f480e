// Routes of snapshots.

import { stub } from './stub.js';

export const snapshots = {
  list: stub,
  create: stub,
  latest: stub,
};
