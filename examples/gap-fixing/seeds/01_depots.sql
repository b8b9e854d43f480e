INSERT INTO depots (id, town) VALUES ('D1', 'Aachen'), ('D2', 'Bremen'), ('D3', 'Celle'), ('D4', 'Dresden');
