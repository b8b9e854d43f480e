// Members and what they owe each other. Transfers form a chain: each names the digest of the one before.

import { createHash } from 'node:crypto';

const digest = (entry) => createHash('sha256').update(JSON.stringify(entry)).digest('hex');

/** The books of a guild. */
export class Guild {
  #balances = new Map();
  #chain = [];

  /** A new member with nothing. */
  join(name) {
    if (!/^[a-z]{2,20}$/.test(name)) throw new RangeError(`not a name: ${name}`);
    if (this.#balances.has(name)) throw new RangeError(`a member already: ${name}`);
    this.#balances.set(name, 0);
  }

  /** What a member has. */
  balance(name) {
    const found = this.#balances.get(name);
    if (found === undefined) throw new RangeError(`no member: ${name}`);
    return found;
  }

  /** New credits for a member. */
  issue(to, amount) {
    this.#whole(amount);
    this.#balances.set(to, this.balance(to) + amount);
    return this.#append({ to, amount });
  }

  /** Credits from one member to another. */
  pay(from, to, amount) {
    this.#whole(amount);
    this.balance(to);
    if (this.balance(from) < amount) throw new RangeError(`${from} has only ${this.balance(from)}`);
    this.#balances.set(to, this.balance(to) + amount);
    this.#balances.set(from, this.balance(from) - amount);
    return this.#append({ from, to, amount });
  }

  /** Whether nobody touched the chain, and all credits are somewhere. */
  holds() {
    const linked = this.#chain.every((link, index) => {
      const { id, ...rest } = link;
      return id === digest(rest) && link.before === (this.#chain[index - 1]?.id ?? null);
    });
    const issued = this.#chain.filter(({ from }) => !from).reduce((sum, { amount }) => sum + amount, 0);
    const held = [...this.#balances.values()].reduce((sum, amount) => sum + amount, 0);
    return linked && issued === held;
  }

  #whole(amount) {
    if (!Number.isInteger(amount) || amount < 0) throw new RangeError(`not an amount: ${amount}`);
  }

  #append(entry) {
    const link = { ...entry, before: this.#chain.at(-1)?.id ?? null };
    this.#chain.push({ ...link, id: digest(link) });
    return this.#chain.at(-1).id;
  }
}
