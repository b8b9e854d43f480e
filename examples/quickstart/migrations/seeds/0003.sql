UPDATE bookings SET cancelled_at = '2026-03-01 08:00:00' WHERE id = 2;
