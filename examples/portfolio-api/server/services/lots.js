// Tax lots: what was bought when and for how much. Scaffolding: the shape is agreed, nothing is done yet.

export class LotService {
  constructor(store) {
    this.store = store;
  }

  create({ fund, security, quantity, cost, acquired, note }) {}

  get(id) {}

  list(fund) {}

  update(id, { note }) {}

  remove(id) {}

  sell({ fund, security, quantity, price, day }) {}

  bookValue(fund) {}
}
