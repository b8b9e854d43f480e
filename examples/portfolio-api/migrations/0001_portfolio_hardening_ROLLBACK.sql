-- Takes 0001_portfolio_hardening.sql back.
DROP TRIGGER audit_is_kept;
DROP TABLE audit;
CREATE TABLE lots_old (
  id TEXT PRIMARY KEY,
  fund TEXT,
  security TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  acquired TEXT NOT NULL
);
INSERT INTO lots_old SELECT id, fund, security, quantity, cost, acquired FROM lots;
DROP TABLE lots;
ALTER TABLE lots_old RENAME TO lots;
