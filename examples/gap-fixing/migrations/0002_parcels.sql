CREATE TABLE parcels (
  id TEXT PRIMARY KEY,
  grams INTEGER NOT NULL CHECK (grams > 0),
  zone INTEGER NOT NULL CHECK (zone BETWEEN 1 AND 3),
  depot TEXT NOT NULL REFERENCES depots (id)
);
CREATE INDEX events_by_parcel ON events (parcel, number);
