-- What the schema must hold after the messages are partitioned: each must return one row that is true.

-- check: messages is partitioned
SELECT relkind = 'p' FROM pg_class WHERE oid = 'messages'::regclass;
-- check: foreign key messages(tenant_id) -> tenants(id) on delete cascade
SELECT count(*) = 1 FROM pg_constraint
  WHERE conrelid = 'messages'::regclass AND contype = 'f' AND confrelid = 'tenants'::regclass AND confdeltype = 'c' AND convalidated
    AND conkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'messages'::regclass AND attname = 'tenant_id')]
    AND confkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'tenants'::regclass AND attname = 'id')];
-- check: index on messages(tenant_id)
SELECT count(*) >= 1 FROM pg_index
  WHERE indrelid = 'messages'::regclass AND indisvalid
    AND indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = 'messages'::regclass AND attname = 'tenant_id');
