// The tables, in memory, with the keys that migrations/ declares in SQL. Rows go in and come out as copies.

import { Refused } from './errors.js';

const FUNDS = [
  { id: 'A', name: 'Alder', currency: 'EUR' },
  { id: 'B', name: 'Birch', currency: 'EUR' },
];

export class Store {
  constructor(funds = FUNDS) {
    this.tables = { funds: new Map(), snapshots: new Map(), lots: new Map(), sales: new Map() };
    this.next = 1;
    for (const fund of funds) this.tables.funds.set(fund.id, structuredClone(fund));
  }

  // Adds a row and gives its id.
  insert(table, row) {
    const id = `${table.slice(0, -1)}-${this.next++}`;
    this.tables[table].set(id, structuredClone({ ...row, id }));
    return id;
  }

  get(table, id) {
    const row = this.tables[table].get(id);
    if (!row) throw new Refused('not-found', `no ${table.slice(0, -1)} ${id}`);
    return structuredClone(row);
  }

  has(table, id) {
    return this.tables[table].has(id);
  }

  all(table, keep = () => true) {
    return [...this.tables[table].values()].filter(keep).map((row) => structuredClone(row));
  }

  put(table, row) {
    this.get(table, row.id);
    this.tables[table].set(row.id, structuredClone(row));
  }

  remove(table, id) {
    this.get(table, id);
    this.tables[table].delete(id);
  }
}
