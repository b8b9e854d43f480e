INSERT INTO events (number, parcel, depot, state) VALUES
  (1, 'P1', 'D1', 'accepted'), (2, 'P1', 'D2', 'moving'), (3, 'P1', 'D2', 'out'), (4, 'P1', 'D2', 'delivered'),
  (5, 'P2', 'D1', 'accepted'), (6, 'P3', 'D2', 'accepted'), (7, 'P3', 'D3', 'moving'),
  (8, 'P4', 'D3', 'accepted'), (9, 'P9', 'D4', 'moving'), (10, 'P5', 'D2', 'accepted'), (11, 'P6', 'D4', 'accepted');
