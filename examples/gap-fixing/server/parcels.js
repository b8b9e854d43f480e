// Parcels: what is known of them, and what happened last.

import { postage } from './critical/postage.js';
import { follows, stateOf } from './critical/states.js';

export class Parcels {
  constructor(database) {
    this.database = database;
  }

  // A parcel with its way, or null.
  view(id) {
    const parcel = this.database.one('parcels', id);
    if (!parcel) return null;
    const events = this.events(id);
    const towns = events.map((event) => this.database.one('depots', event.depot).town);
    return { ...parcel, state: stateOf(events), towns, postage: postage(parcel.grams, parcel.zone) };
  }

  events(id) {
    return this.database.select('events', 'parcel', id);
  }

  // Numbers of the events of some parcels after one: what a client asks for every few seconds.
  since(ids, number) {
    const events = ids.flatMap((id) => this.events(id));
    return events.map((event) => event.number).filter((one) => one > number);
  }

  add(id, { depot, state }) {
    const before = stateOf(this.events(id));
    if (!follows(before ?? undefined, state)) throw new RangeError(`${state} cannot follow ${before}`);
    const number = Math.max(0, ...this.database.select('events').map((event) => event.number)) + 1;
    this.database.insert('events', { number, parcel: id, depot, state });
    return { number, parcel: id, depot, state };
  }
}
