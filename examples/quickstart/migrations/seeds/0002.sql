INSERT INTO bookings (id, room_id, title, starts_at, ends_at) VALUES
    (1, 1, 'Planning', '2026-03-02T09:00', '2026-03-02T10:00'),
    (2, 1, 'Review', '2026-03-02T10:00', '2026-03-02T11:30'),
    (3, 3, 'All hands', '2026-12-31T23:00', '2027-01-01T01:00');
