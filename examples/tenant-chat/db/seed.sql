-- What was in the database on the day that the plan was made, made unrecognisable.
INSERT INTO tenants VALUES ('acme', 'Acme', 'eu'), ('north-wind', 'North Wind', 'us'), ('globex', 'Globex', 'on-premises');
INSERT INTO messages (tenant_id, room, author, body, written)
  SELECT (ARRAY['acme', 'north-wind', 'globex'])[1 + n % 3], 'room-' || n % 7, 'user-' || n % 7, 'message ' || n,
    timestamptz '2026-01-02 08:00+00' + n * interval '17 hours'
  FROM generate_series(1, 300) AS n;
-- Two tenants left in a year in which nothing saw to it that their messages leave with them.
SET session_replication_role = replica;
INSERT INTO messages (tenant_id, room, author, body, written) VALUES
  ('initech', 'room-1', 'user-1', 'is anybody here', '2026-02-03 10:00+00'), ('umbrella', 'room-2', 'user-2', 'hello', '2026-03-04 11:00+00');
SET session_replication_role = origin;
