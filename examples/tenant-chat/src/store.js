// Messages in the database, where all tenants share one table.

import { own, scoped } from './tenants.js';

/** The store on a `query(sql, parameters)` that gives rows. */
export function createStore(query) {
  async function ask(tenant, sql, ...rest) {
    const question = scoped(sql, tenant, rest);
    return own(await query(question.sql, question.parameters), tenant);
  }

  async function page(tenant, room, before, most) {
    return ask(tenant, `
      SELECT tenant_id, id, author, body, written FROM messages
      WHERE tenant_id = $1 AND room = $2 AND id < $3
      ORDER BY id DESC LIMIT $4
    `, room, before, most);
  }

  return {
    page,

    // Where the words are stored; undefined for a tenant that is not there.
    async region(tenant) {
      const rows = await ask(tenant, `
        SELECT tenant_id, region FROM tenants AS t (tenant_id, name, region) WHERE tenant_id = $1
      `);
      return rows[0]?.region;
    },

    async write(tenant, room, author, body) {
      const rows = await ask(tenant, `
        INSERT INTO messages (tenant_id, room, author, body, written)
        SELECT tenant_id, $2, $3, $4, now()
        FROM tenants AS t (tenant_id, name, region) WHERE tenant_id = $1
        RETURNING tenant_id, id, written
      `, room, author, body);
      if (rows.length === 0) throw new RangeError(`no tenant ${tenant}`);
      return rows[0];
    },

    // The last message of each room, the newest first.
    async rooms(tenant) {
      const rows = await ask(tenant, `
        SELECT DISTINCT ON (room) tenant_id, room, id, author, body, written FROM messages
        WHERE tenant_id = $1 ORDER BY room, id DESC
      `);
      return rows.sort((one, other) => other.id - one.id);
    },

    async search(tenant, text, most = 50) {
      const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
      return ask(tenant, `
        SELECT tenant_id, room, id, author, body, written FROM messages
        WHERE tenant_id = $1 AND body ILIKE $2 ORDER BY id DESC LIMIT $3
      `, pattern, most);
    },

    async usedThisMonth(tenant) {
      const rows = await ask(tenant, `
        SELECT tenant_id, count(*)::int AS used FROM messages
        WHERE tenant_id = $1 AND written >= date_trunc('month', now()) GROUP BY tenant_id
      `);
      return rows[0]?.used ?? 0;
    },

    async forget(tenant, author) {
      const rows = await ask(tenant, `
        DELETE FROM messages WHERE tenant_id = $1 AND author = $2 RETURNING tenant_id, id
      `, author);
      return rows.length;
    },
  };
}
