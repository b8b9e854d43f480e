// Orders and the states that they may go through. Every step is kept with its time.

const NEXT = {
  draft: ['placed', 'cancelled'],
  placed: ['paid', 'cancelled'],
  paid: ['packed', 'refunded'],
  packed: ['shipped', 'refunded'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  returned: ['refunded'],
  refunded: [],
  cancelled: [],
};

/** Whether an order in one state may go to another. */
export function may(from, to) {
  if (!(from in NEXT)) throw new RangeError(`no such state: ${from}`);
  return NEXT[from].includes(to);
}

/** A new order. */
export function draft(id, lines, at) {
  if (lines.length === 0) throw new RangeError('an order has lines');
  return { id, lines, state: 'draft', steps: [{ to: 'draft', at }] };
}

/** The order in its next state. */
export function go(order, to, at) {
  if (!may(order.state, to)) throw new RangeError(`${order.state} never becomes ${to}`);
  const last = order.steps.at(-1).at;
  if (at < last) throw new RangeError(`before its last step: ${at}`);
  return { ...order, state: to, steps: [...order.steps, { to, at }] };
}

/** Whether nothing can become of it any more. */
export function isOver(order) {
  return NEXT[order.state].length === 0;
}

/** How long it was in a state, in milliseconds; to this moment if it still is. */
export function spent(order, state, now) {
  let sum = 0;
  order.steps.forEach((step, index) => {
    if (step.to === state) sum += (order.steps[index + 1]?.at ?? now) - step.at;
  });
  return sum;
}
