// Refunds: never more than was paid, and every cent with its reason.

const REASONS = new Set(['returned', 'damaged', 'late', 'goodwill']);

/** A payment that nothing was given back of yet. */
export function opened(paid) {
  return { paid, given: [] };
}

/** What can still be given back. */
export function left(account) {
  return account.given.reduce((sum, { cents }) => sum - cents, account.paid);
}

/** The account after a refund. */
export function refund(account, cents, reason) {
  if (!REASONS.has(reason)) throw new RangeError(`no such reason: ${reason}`);
  if (!Number.isInteger(cents) || cents < 1) throw new RangeError(`not a refund: ${cents}`);
  if (cents > left(account)) throw new RangeError(`only ${left(account)} left`);
  return { ...account, given: [...account.given, { cents, reason }] };
}

/** What was given back for each reason. */
export function byReason(account) {
  const sums = {};
  for (const { cents, reason } of account.given) sums[reason] = (sums[reason] ?? 0) + cents;
  return sums;
}
