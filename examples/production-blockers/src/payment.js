// Payments: a charge is asked for once, however often the network makes us ask.

/** Errors of the provider after which asking again may help. */
const AGAIN = new Set(['timeout', 'unavailable', 'rate-limited']);

/** How long to wait before an attempt, in milliseconds: doubles, and never more than ten seconds. */
export function wait(attempt) {
  if (attempt < 1) throw new RangeError(`not an attempt: ${attempt}`);
  return Math.min(200 * 2 ** (attempt - 1), 10_000);
}

/** A card number without what nobody needs to see. */
export function masked(card) {
  const digits = card.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) throw new RangeError('not a card number');
  return `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}`;
}

/** Whether the last digit of a card number fits the others. */
export function isValid(card) {
  const digits = card.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const twice = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}

/** Charges through a provider that knows keys: the same key is the same charge. */
export async function charge(provider, key, cents, { attempts = 3, sleep = async () => {} } = {}) {
  if (!Number.isInteger(cents) || cents < 1) throw new RangeError(`not a charge: ${cents}`);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await provider(key, cents);
    if (answer.ok) return { ...answer, attempt };
    if (!AGAIN.has(answer.error) || attempt === attempts) return { ...answer, attempt };
    await sleep(wait(attempt));
  }
}
