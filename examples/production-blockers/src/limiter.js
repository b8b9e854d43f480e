// How many requests a client may send in a window of time.

/** A limit of so many requests a window. */
export class Limiter {
  #counts = new Map();

  constructor({ limit, window }) {
    this.limit = limit;
    this.window = window;
  }

  /** Counts a request: whether it may pass, how many are left, and when the window ends. */
  take(client, now = Date.now()) {
    const began = now - (now % this.window);
    const key = `${began} ${client}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return { ok: count <= this.limit, left: Math.max(0, this.limit - count), ends: began + this.window };
  }
}
