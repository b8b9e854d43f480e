CREATE TABLE events (
  number INTEGER PRIMARY KEY,
  parcel TEXT NOT NULL REFERENCES parcels (id),
  depot TEXT NOT NULL REFERENCES depots (id),
  state TEXT NOT NULL CHECK (state IN ('accepted', 'moving', 'out', 'delivered', 'returned'))
);
