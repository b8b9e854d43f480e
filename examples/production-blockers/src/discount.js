// Discounts: one code a cart. A discount never makes a cart cheaper than nothing.

import { percent } from './money.js';

const CODES = {
  WELCOME: { kind: 'percent', rate: '10', from: 0 },
  SPRING: { kind: 'percent', rate: '12.5', from: 3000 },
  LOYAL: { kind: 'percent', rate: '7.5', from: 1000 },
  FIVE: { kind: 'amount', cents: 500, from: 2500 },
  SAMPLE: { kind: 'amount', cents: 690, from: 0 },
};

/** What a code takes off a subtotal. */
export function discount(code, subtotal) {
  const rule = CODES[code];
  if (!rule) throw new RangeError(`no such code: ${code}`);
  if (subtotal <= rule.from) return 0;
  if (rule.kind === 'amount') return rule.cents;
  return percent(subtotal, rule.rate);
}

/** The subtotal from which a code counts. */
export function from(code) {
  if (!CODES[code]) throw new RangeError(`no such code: ${code}`);
  return CODES[code].from;
}
