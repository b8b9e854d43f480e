-- What was there before.
CREATE TABLE funds (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  currency TEXT NOT NULL
);
CREATE TABLE lots (
  id TEXT PRIMARY KEY,
  fund TEXT,
  security TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  acquired TEXT NOT NULL
);
CREATE TABLE snapshots (
  id TEXT PRIMARY KEY,
  fund TEXT,
  day TEXT NOT NULL,
  value INTEGER NOT NULL
);
INSERT INTO funds VALUES ('A', 'Alder', 'EUR'), ('B', 'Birch', 'EUR');
INSERT INTO lots VALUES ('lot-1', 'A', 'OAK', 10, 1000, '2026-01-15'), ('lot-2', 'B', 'ELM', 4, 500, '2026-02-01');
INSERT INTO snapshots VALUES ('snapshot-1', 'A', '2026-03-31', 12500);
