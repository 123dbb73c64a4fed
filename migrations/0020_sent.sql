-- The frame that sends a unit is committed alone, in one row, so that it is on its
-- way at the speed of the disk. The row holds what else the dispatch says, until
-- that is entered: right afterwards, or a second later where the server died.
alter table notice add column entry json;
create index notice_to_enter on notice (at) where entry is not null;
