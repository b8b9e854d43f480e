// One hour of requests, always the same, and what they cost: how many the cache answered, how many questions reached
// the database.
//
//   node bench/load.mjs REPORT

import { writeFileSync } from 'node:fs';

import { Database } from '../server/database.js';
import { Parcels } from '../server/parcels.js';

const PARCELS = 40;

function rows() {
  const ids = Array.from({ length: PARCELS }, (_, index) => `P${index + 1}`);
  const depots = ['D1', 'D2', 'D3', 'D4'].map((id) => ({ id, town: `town of ${id}` }));
  const states = ['accepted', 'moving', 'moving', 'out'];
  const events = ids.flatMap((parcel, index) =>
    states.slice(0, 1 + (index % 4)).map((state, step) => ({ parcel, state, depot: depots[(index + step) % 4].id })),
  );
  return {
    depots,
    parcels: ids.map((id, index) => ({ id, grams: 200 + 300 * index, zone: 1 + (index % 3), depot: depots[index % 4].id })),
    events: events.map((event, index) => ({ ...event, number: index + 1 })),
  };
}

// Numbers that look random and are the same every time (Lehmer's generator, with the factor of Park and Miller).
let seed = 2026;
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
// Few parcels are asked for often, many seldom.
const some = () => `P${1 + Math.floor(PARCELS * random() ** 3)}`;

const database = new Database(rows());
const parcels = new Parcels(database);
let requests = 0;
for (; requests < 2000; requests += 1) {
  if (requests % 5 < 2) parcels.view(some());
  else parcels.since([some(), some(), some(), some()], Math.floor(90 * random()));
}
const { hits = 0, misses = 0 } = parcels.cache ?? {};
const asked = hits + misses;
const report = { requests, queries: database.queries, hits, misses, hitRate: asked === 0 ? 0 : hits / asked };
writeFileSync(process.argv[2], `${JSON.stringify(report, null, 2)}\n`);
console.log(report);
