// The rows that tools/setup_db.py made from the migrations and the seeds. Counts what it is asked: that is its load.

import { readFileSync } from 'node:fs';

export class Database {
  #rows;

  constructor(rows) {
    this.#rows = rows;
    this.queries = 0;
  }

  static open(file) {
    return new Database(JSON.parse(readFileSync(file, 'utf8')));
  }

  // Rows of a table in which a column has a value; all without a column.
  select(table, column, value) {
    this.queries += 1;
    const rows = this.#rows[table] ?? [];
    return rows.filter((row) => column === undefined || row[column] === value).map((row) => ({ ...row }));
  }

  one(table, id) {
    return this.select(table, 'id', id)[0] ?? null;
  }

  insert(table, row) {
    this.queries += 1;
    (this.#rows[table] ??= []).push({ ...row });
  }
}
