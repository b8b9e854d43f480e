// Stock: what lies on the shelf, and what is held for carts that are being paid.

/** Stock with so many of each product on the shelf. */
export class Stock {
  #shelf = new Map();
  #held = new Map();

  constructor(shelf = {}) {
    for (const [sku, count] of Object.entries(shelf)) this.receive(sku, count);
  }

  /** More came in. */
  receive(sku, count) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`not a count: ${count}`);
    this.#shelf.set(sku, (this.#shelf.get(sku) ?? 0) + count);
  }

  /** What can still be sold. */
  free(sku) {
    let held = 0;
    for (const lines of this.#held.values()) held += lines.get(sku) ?? 0;
    return (this.#shelf.get(sku) ?? 0) - held;
  }

  /** Holds all lines of an order, or none of them. */
  hold(order, lines) {
    if (this.#held.has(order)) throw new RangeError(`held already: ${order}`);
    const short = lines.filter(({ sku, quantity }) => this.free(sku) < quantity).map(({ sku }) => sku);
    if (short.length > 0) return { ok: false, short };
    this.#held.set(order, new Map(lines.map(({ sku, quantity }) => [sku, quantity])));
    return { ok: true, short };
  }

  /** Gives back what was held. */
  release(order) {
    return this.#held.delete(order);
  }

  /** Takes what was held off the shelf. */
  ship(order) {
    const lines = this.#held.get(order);
    if (!lines) throw new RangeError(`nothing held: ${order}`);
    for (const [sku, quantity] of lines) this.#shelf.set(sku, this.#shelf.get(sku) - quantity);
    this.#held.delete(order);
  }
}
