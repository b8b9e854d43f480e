-- Lots and snapshots belong to a fund that exists, quantities are above zero, a fund has one snapshot a day, and
-- every change leaves a trace.
CREATE TABLE lots_new (
  id TEXT PRIMARY KEY,
  fund TEXT NOT NULL REFERENCES funds (id),
  security TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  cost INTEGER NOT NULL CHECK (cost >= 0),
  acquired TEXT NOT NULL
);
INSERT INTO lots_new SELECT id, fund, security, quantity, cost, acquired FROM lots;
DROP TABLE lots;
ALTER TABLE lots_new RENAME TO lots;
CREATE INDEX lots_by_fund ON lots (fund, acquired);
CREATE UNIQUE INDEX snapshots_one_a_day ON snapshots (fund, day);
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL
);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is only written to');
END;
