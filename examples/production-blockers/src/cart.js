// A cart: lines of a product and a quantity, in the order in which they were put in.

import { product } from './catalog.js';

const MOST = 99;

/** A cart with nothing in it. */
export function empty() {
  return { lines: [] };
}

/** The cart with more of a product. Carts are values: the old one stays as it was. */
export function add(cart, sku, quantity = 1) {
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError(`not a quantity: ${quantity}`);
  product(sku);
  const before = cart.lines.find((line) => line.sku === sku);
  const now = (before?.quantity ?? 0) + quantity;
  if (now > MOST) throw new RangeError(`more than ${MOST} of ${sku}`);
  if (!before) return { lines: [...cart.lines, { sku, quantity }] };
  return { lines: cart.lines.map((line) => (line.sku === sku ? { sku, quantity: now } : line)) };
}

/** The cart without a product. */
export function remove(cart, sku) {
  if (!cart.lines.some((line) => line.sku === sku)) throw new RangeError(`not in the cart: ${sku}`);
  return { lines: cart.lines.filter((line) => line.sku !== sku) };
}

/** What all lines cost, before discounts and shipping. */
export function subtotal(cart) {
  return cart.lines.reduce((sum, { sku, quantity }) => sum + product(sku).price * quantity, 0);
}

/** What all lines weigh, in grams. */
export function weight(cart) {
  return cart.lines.reduce((sum, { sku, quantity }) => sum + product(sku).grams * quantity, 0);
}
