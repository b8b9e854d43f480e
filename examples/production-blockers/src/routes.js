// What the service answers. A route gets a request that is read already and gives a status and a body.

import { search, product } from './catalog.js';
import { add, empty, subtotal, weight } from './cart.js';
import { discount } from './discount.js';
import { format } from './money.js';
import { shipping } from './shipping.js';
import { taxes } from './tax.js';

/** A price with everything in it. */
export function quote({ lines, country, code }) {
  const cart = lines.reduce((sum, { sku, quantity }) => add(sum, sku, quantity), empty());
  const goods = subtotal(cart);
  const off = code ? discount(code, goods) : 0;
  const sending = shipping(country, weight(cart), goods - off);
  const parts = cart.lines.map(({ sku, quantity }) => {
    const { price, vat } = product(sku);
    return { gross: price * quantity, vat };
  });
  const { tax } = taxes(parts, country);
  return { goods: format(goods), discount: format(off), shipping: format(sending), tax: format(tax), total: format(goods - off + sending) };
}

/** Finds the answer to a request. */
export function answer({ method, path, query, body, env }) {
  if (path === '/health') return { status: 200, body: { ok: true } };
  if (path === '/products' && method === 'GET') return { status: 200, body: search(query.get('q') ?? '') };
  if (path === '/debug/env') return { status: 200, body: env };
  if (path === '/quotes' && method === 'POST') {
    try {
      return { status: 201, body: quote(JSON.parse(body)) };
    } catch (error) {
      if (error instanceof RangeError || error instanceof SyntaxError) return { status: 422, body: { error: error.message } };
      throw error;
    }
  }
  return { status: 404, body: { error: 'no such route' } };
}
