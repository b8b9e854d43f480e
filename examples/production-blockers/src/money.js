// Amounts of money are whole cents. Nothing here ever holds a fraction of one.

const AMOUNT = /^(-?)(\d+)(?:\.(\d{1,2}))?$/;
const RATE = /^(\d+)(?:\.(\d{1,3}))?$/;

/** '12.5' → 1250. What is no amount is refused, never guessed. */
export function parse(text) {
  const found = AMOUNT.exec(text);
  if (!found) throw new RangeError(`not an amount: ${text}`);
  const [, sign, whole, part = ''] = found;
  const cents = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return sign && cents ? -cents : cents;
}

/** 1250 → '12.50'. */
export function format(cents) {
  if (!Number.isSafeInteger(cents)) throw new RangeError(`not cents: ${cents}`);
  const all = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${all.slice(0, -2)}.${all.slice(-2)}`;
}

/** A percentage of an amount; a half goes to the even cent, so that rounding favours nobody. */
export function percent(cents, rate) {
  if (!RATE.test(rate)) throw new RangeError(`not a rate: ${rate}`);
  return Math.round((cents * Number(rate)) / 100);
}

/** Parts that differ by one cent at most and add up to the whole. */
export function split(cents, parts) {
  if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`not a number of parts: ${parts}`);
  const each = Math.floor(cents / parts);
  return Array.from({ length: parts }, () => each);
}
