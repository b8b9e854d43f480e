// Snapshots: what a fund held at the end of a day. Scaffolding: the shape is agreed, nothing is done yet.

export class SnapshotService {
  constructor(store) {
    this.store = store;
  }

  create({ fund, day, positions }) {}

  get(id) {}

  list(fund) {}

  update(id, { positions }) {}

  remove(id) {}

  latest(fund) {}

  between(fund, from, to) {}

  change(earlier, later) {}

  seal(id) {}
}
