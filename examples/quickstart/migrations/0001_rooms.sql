CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
    seats INTEGER NOT NULL CHECK (seats > 0)
);
