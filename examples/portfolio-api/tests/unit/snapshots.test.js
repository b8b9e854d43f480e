// The 20 tests of the snapshot service, written before it. Their names stay: beta asks for each of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SnapshotService } from '../../server/services/snapshots.js';
import { made, store } from './made.js';

const OAK = { security: 'OAK', quantity: 10, price: 1250 };
const ELM = { security: 'ELM', quantity: 4, price: 500 };

const service = () => new SnapshotService(store());
const taken = (snapshots, day = '2026-03-31', positions = [OAK, ELM], fund = 'A') =>
  made(snapshots.create({ fund, day, positions }));

test('snapshot CRUD: create gives an id and keeps fund and day', () => {
  const snapshot = taken(service());
  assert.match(snapshot.id, /^snapshot-/);
  assert.deepEqual([snapshot.fund, snapshot.day], ['A', '2026-03-31']);
});

test('snapshot CRUD: create computes the value of all positions', () => {
  assert.equal(taken(service()).value, 14500);
});

test('snapshot CRUD: create refuses a fund that nobody knows (AP-01)', () => {
  const create = () => service().create({ fund: 'Z', day: '2026-03-31', positions: [OAK] });
  assert.throws(create, { code: 'unknown-fund' });
});

test('snapshot CRUD: get gives a snapshot by its id', () => {
  const snapshots = service();
  const { id } = taken(snapshots);
  assert.equal(made(snapshots.get(id)).value, 14500);
});

test('snapshot CRUD: get of an id that nobody has is not found', () => {
  assert.throws(() => service().get('snapshot-9'), { code: 'not-found' });
});

test('snapshot CRUD: list gives the snapshots of one fund only (AP-02)', () => {
  const snapshots = service();
  taken(snapshots);
  taken(snapshots, '2026-03-31', [ELM], 'B');
  assert.deepEqual(made(snapshots.list('A')).map((one) => one.fund), ['A']);
});

test('snapshot CRUD: update replaces positions and value', () => {
  const snapshots = service();
  const { id } = taken(snapshots);
  snapshots.update(id, { positions: [ELM] });
  assert.equal(made(snapshots.get(id)).value, 2000);
});

test('snapshot CRUD: remove takes it out of the list', () => {
  const snapshots = service();
  const { id } = taken(snapshots);
  snapshots.remove(id);
  assert.deepEqual(snapshots.list('A'), []);
});

test('snapshot CRUD: remove of an id that nobody has is not found', () => {
  assert.throws(() => service().remove('snapshot-9'), { code: 'not-found' });
});

test('snapshot: a fund has one snapshot a day (AP-03)', () => {
  const snapshots = service();
  taken(snapshots);
  assert.throws(() => taken(snapshots), { code: 'already-there' });
});

test('snapshot: a day that is no date is refused', () => {
  for (const day of ['2026-02-30', '31.3.2026', '']) {
    assert.throws(() => service().create({ fund: 'A', day, positions: [] }), { code: 'bad-request' }, day);
  }
});

test('snapshot: a quantity below zero is refused (AP-04)', () => {
  const positions = [{ ...OAK, quantity: -1 }];
  assert.throws(() => service().create({ fund: 'A', day: '2026-03-31', positions }), { code: 'bad-request' });
});

test('snapshot: a price in parts of a cent is refused (AP-05)', () => {
  const positions = [{ ...OAK, price: 12.5 }];
  assert.throws(() => service().create({ fund: 'A', day: '2026-03-31', positions }), { code: 'bad-request' });
});

test('snapshot: latest is that of the newest day, in whatever order they came', () => {
  const snapshots = service();
  taken(snapshots, '2026-06-30');
  taken(snapshots, '2026-03-31');
  assert.equal(made(snapshots.latest('A')).day, '2026-06-30');
});

test('snapshot: latest of a fund without any is null', () => {
  assert.equal(service().latest('A'), null);
});

test('snapshot: between takes both ends in', () => {
  const snapshots = service();
  for (const day of ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']) taken(snapshots, day);
  const days = made(snapshots.between('A', '2026-02-28', '2026-03-31')).map((one) => one.day);
  assert.deepEqual(days, ['2026-02-28', '2026-03-31']);
});

test('snapshot: change is told in cents and in basis points', () => {
  const snapshots = service();
  const earlier = taken(snapshots, '2026-03-31', [ELM]);
  const later = taken(snapshots, '2026-06-30', [{ ...ELM, price: 525 }]);
  assert.deepEqual(snapshots.change(earlier.id, later.id), { cents: 100, basisPoints: 500 });
});

test('snapshot: a change from nothing has no percentage and is refused', () => {
  const snapshots = service();
  const earlier = taken(snapshots, '2026-03-31', []);
  const later = taken(snapshots, '2026-06-30', [ELM]);
  assert.throws(() => snapshots.change(earlier.id, later.id), { code: 'bad-request' });
});

test('snapshot: what is sealed cannot be changed or removed (AP-06)', () => {
  const snapshots = service();
  const { id } = taken(snapshots);
  snapshots.seal(id);
  assert.throws(() => snapshots.update(id, { positions: [] }), { code: 'sealed' });
  assert.throws(() => snapshots.remove(id), { code: 'sealed' });
});

test('snapshot: what is handed out is a copy (AP-07)', () => {
  const snapshots = service();
  const snapshot = taken(snapshots);
  snapshot.positions[0].quantity = 99;
  assert.equal(made(snapshots.get(snapshot.id)).positions[0].quantity, 10);
});
