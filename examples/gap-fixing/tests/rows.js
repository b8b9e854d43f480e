// A few rows for tests.

import { Database } from '../server/database.js';
import { Parcels } from '../server/parcels.js';

export function database() {
  return new Database({
    depots: [
      { id: 'D1', town: 'Aachen' },
      { id: 'D2', town: 'Bremen' },
    ],
    parcels: [
      { id: 'P1', grams: 400, zone: 1, depot: 'D1' },
      { id: 'P2', grams: 2400, zone: 3, depot: 'D2' },
    ],
    events: [
      { number: 1, parcel: 'P1', depot: 'D1', state: 'accepted' },
      { number: 2, parcel: 'P1', depot: 'D2', state: 'moving' },
    ],
  });
}

export const parcels = () => new Parcels(database());
