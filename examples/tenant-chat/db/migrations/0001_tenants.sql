CREATE TABLE tenants (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{1,30}$'),
  name text NOT NULL,
  region text NOT NULL CHECK (region IN ('eu', 'us', 'on-premises'))
);
