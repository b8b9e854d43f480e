DROP INDEX bookings_by_room;
DROP TABLE bookings;
