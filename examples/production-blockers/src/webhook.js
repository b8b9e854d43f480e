// Messages of the payment provider: signed, fresh, and each taken once.

import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE = 300;

/** The signature of a body at a time, in seconds. */
export function signature(secret, at, body) {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
}

/** Reads `t=1700000000,v1=ab12…`. */
export function header(text) {
  const parts = Object.fromEntries(text.split(',').map((part) => part.split('=', 2)));
  if (!/^\d+$/.test(parts.t ?? '') || !/^[0-9a-f]{64}$/.test(parts.v1 ?? '')) return null;
  return { at: Number(parts.t), given: parts.v1 };
}

/** Why a message is refused, or null. */
export function refusal(secret, text, body, now) {
  const read = header(text);
  if (!read) return 'malformed';
  if (Math.abs(now - read.at) > TOLERANCE) return 'stale';
  const wanted = Buffer.from(signature(secret, read.at, body), 'hex');
  return timingSafeEqual(wanted, Buffer.from(read.given, 'hex')) ? null : 'forged';
}

/** Takes each message once. */
export class Inbox {
  #seen = new Set();

  take(id) {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    return true;
  }
}
