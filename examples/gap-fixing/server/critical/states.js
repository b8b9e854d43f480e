// What may become of a parcel: each state with those that may follow it.

const NEXT = {
  none: ['accepted'],
  accepted: ['moving', 'returned'],
  moving: ['moving', 'out', 'returned'],
  out: ['delivered', 'moving', 'returned'],
  delivered: [],
  returned: [],
};

export function follows(state, next) {
  const allowed = NEXT[state ?? 'none'];
  if (!allowed) {
    throw new RangeError(`no state ${state}`);
  }
  return allowed.includes(next);
}

// The state after all events, which must be in an order that can be.
export function stateOf(events) {
  let state;
  for (const event of events) {
    if (!follows(state, event.state)) {
      throw new RangeError(`${event.state} cannot follow ${state ?? 'nothing'}`);
    }
    state = event.state;
  }
  return state ?? null;
}
