DROP VIEW standing_bookings;
ALTER TABLE bookings DROP COLUMN cancelled_at;
