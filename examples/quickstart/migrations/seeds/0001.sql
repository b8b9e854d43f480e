INSERT INTO rooms (id, name, seats) VALUES
    (1, 'Oak', 8),
    (2, 'Söller', 1),
    (3, 'Bob''s corner', 40);
