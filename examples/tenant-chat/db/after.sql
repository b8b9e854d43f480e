-- Seven statements that must be true after the messages are partitioned.

-- check: 1 no message was lost
SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM kept.messages) = (SELECT total FROM noted.messages);
-- check: 2 every tenant has its messages
SELECT bool_and(own = (SELECT count(*) FROM messages WHERE messages.tenant_id = tenants.tenant_id)) FROM noted.tenants;
-- check: 3 no message of a tenant that is not there
SELECT count(*) = 0 FROM messages LEFT JOIN tenants ON tenants.id = tenant_id WHERE tenants.id IS NULL;
-- check: 4 every message is in the partition of its quarter
SELECT bool_and(tableoid::regclass::text = 'messages_' || to_char(written AT TIME ZONE 'UTC', 'YYYY"_q"Q')) FROM messages;
-- check: 5 messages of the next quarter have a partition
SELECT count(*) = 1 FROM pg_inherits WHERE inhparent = 'messages'::regclass AND inhrelid::regclass::text = 'messages_2026_q4';
-- check: 6 new messages get new numbers
SELECT nextval(pg_get_serial_sequence('messages', 'id')) > (SELECT max(id) FROM messages);
-- check: 7 each partition has the index of the whole
SELECT bool_and(EXISTS (SELECT FROM pg_index WHERE indrelid = inhrelid AND indkey[0] = 2)) FROM pg_inherits WHERE inhparent = 'messages'::regclass;
