// Every question to the database names its tenant. One that does not is never sent.

/** Whether a tenant may be called so. */
export const isName = (name) => /^[a-z][a-z0-9-]{1,30}$/.test(name);

/** The question with the tenant in it, as its first parameter. */
export function scoped(sql, tenant, parameters = []) {
  if (!isName(tenant)) throw new RangeError(`not a tenant: ${tenant}`);
  if (!/\btenant_id\s*=\s*\$1\b/.test(sql)) throw new Error('the question names no tenant');
  return { sql, parameters: [tenant, ...parameters] };
}

/** Rows of a tenant; one of another tenant among them is an error, whatever the database said. */
export function own(rows, tenant) {
  const foreign = rows.find((row) => row.tenant_id !== tenant);
  if (foreign) throw new Error(`a row of ${foreign.tenant_id} for ${tenant}`);
  return rows;
}
