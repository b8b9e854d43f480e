INSERT INTO parcels (id, grams, zone, depot) VALUES
  ('P1', 400, 1, 'D1'), ('P2', 2400, 1, 'D1'), ('P3', 900, 2, 'D2'),
  ('P4', 12000, 3, 'D3'), ('P5', 150, 2, 'D2'), ('P6', 5000, 3, 'D4');
