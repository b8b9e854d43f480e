-- Before the messages are partitioned each of these must return no row.

-- check: no message of a tenant that is not there
SELECT id, tenant_id FROM messages WHERE tenant_id NOT IN (SELECT id FROM tenants);
-- check: no message without words
SELECT id FROM messages WHERE btrim(body) = '';
-- check: no two tenants of one name
SELECT name FROM tenants GROUP BY name HAVING count(*) > 1;
