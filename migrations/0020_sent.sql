-- The frame that sends a unit is committed alone, in one row, so that it is on its
-- way at the speed of the disk. The row holds what else the dispatch says, until
-- that is entered: right afterwards, or a second later where the server died.
alter table notice add column entry json;
create index notice_to_enter on notice (at) where entry is not null;

-- Which requests to send a unit to an incident have their answer is read with the
-- rest that sending one needs, so that the sending itself does not look for it.
alter table idempotency_key add column sent_to uuid;
create index idempotency_key_sent_to on idempotency_key (sent_to) where sent_to is not null;
