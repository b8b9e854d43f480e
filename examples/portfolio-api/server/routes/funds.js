// Funds: who they are and what they are worth.

import { stub } from './stub.js';

export const funds = {
  list: ({ store }) => [200, store.all('funds')],
  get: ({ store, params }) => [200, store.get('funds', params.fund)],
  value: stub,
};
