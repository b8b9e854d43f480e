-- A cancelled booking stays on record; the service reads the view.
ALTER TABLE bookings ADD COLUMN cancelled_at TEXT;

CREATE VIEW standing_bookings AS
SELECT id, room_id, title, starts_at, ends_at
FROM bookings
WHERE cancelled_at IS NULL;
