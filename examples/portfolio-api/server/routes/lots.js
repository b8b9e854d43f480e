// Routes of lots.

import { stub } from './stub.js';

export const lots = {
  list: stub,
  create: stub,
  sell: stub,
};
