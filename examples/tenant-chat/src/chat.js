// What happens to a message: it is stored, answered by the machine, or handed to a person.

import { confidence, words } from './confidence.js';
import { escalate, order } from './escalation.js';
import { compose } from './mail.js';
import { ask } from './providers.js';

/** The chat on a store, a `call(provider, prompt)`, a `send(to, mail)`, and so many messages a month for a tenant. */
export function createChat({ store, call, send, limit, now = () => new Date() }) {
  // Who waits for a person, by tenant and room.
  const waiting = new Map();
  const place = (tenant, room) => `${tenant}/${room}`;

  // A mail that cannot be sent now is sent later.
  async function tell(to, mail) {
    const { sent, again } = await send(to, mail).catch(() => ({ sent: false, again: 600 }));
    if (!sent) setTimeout(tell, again * 1000, to, mail).unref();
  }

  async function answer(tenant, room, region) {
    const last = await store.page(tenant, room, Number.MAX_SAFE_INTEGER, 20);
    const prompt = last.reverse().map(({ author, body }) => `${author}: ${body}`).join('\n');
    try {
      const { text, cents } = await ask(region, words(prompt).length, (provider) => call(provider, prompt));
      return { text, cents, sure: confidence(text) };
    } catch (error) {
      // Nobody answers: a person has to.
      return { cents: 0, sure: 0, error: error.message };
    }
  }

  async function hand(tenant, room, author, { level, team, within }, since) {
    waiting.set(place(tenant, room), { tenant, room, author, level, team, since, until: since + within * 60_000 });
    const about = { tenant, name: author, minutes: within };
    await tell(`${team}@${tenant}`, compose('handed', about));
    await tell(author, compose('escalated', about));
  }

  return {
    async receive(tenant, room, author, body) {
      const region = await store.region(tenant);
      if (!region) throw new RangeError(`no tenant ${tenant}`);
      if (await store.usedThisMonth(tenant) >= limit) {
        await tell(`owner@${tenant}`, compose('limited', { tenant }));
        return { stored: false };
      }
      const { id } = await store.write(tenant, room, author, body);
      if (waiting.has(place(tenant, room))) return { stored: true, id, level: 0 };
      const { text, ...found } = await answer(tenant, room, region);
      const at = now();
      const next = escalate(body, found.sure, { day: at.getUTCDay(), hour: at.getUTCHours() });
      if (next.level > 0) await hand(tenant, room, author, next, at.getTime());
      else await store.write(tenant, room, 'machine', text);
      return { stored: true, id, ...found, ...next };
    },

    // What a person answers ends the waiting.
    async reply(tenant, room, staff, body) {
      const { id } = await store.write(tenant, room, staff, body);
      waiting.delete(place(tenant, room));
      return { id };
    },

    queue: (tenant) => order([...waiting.values()].filter((one) => one.tenant === tenant)),

    // Once for each who waits longer than was promised; to be called every minute.
    async remind() {
      for (const one of waiting.values()) {
        if (one.late || now().getTime() < one.until) continue;
        one.late = true;
        await tell(`${one.team}@${one.tenant}`, compose('late', { tenant: one.tenant, name: one.author }));
      }
    },

    async forget(tenant, author) {
      for (const [key, one] of waiting) if (one.tenant === tenant && one.author === author) waiting.delete(key);
      const count = await store.forget(tenant, author);
      if (count > 0) await tell(author, compose('forgotten', { tenant }));
      return count;
    },
  };
}
