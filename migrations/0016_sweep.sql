-- Each node asks every second what was told since it last asked, so that no lost
-- push costs a notice. It asks by transaction: those that had ended when it asked
-- before are not read again, however many topics are listened to.
alter table notice add column written xid8 not null default pg_current_xact_id();
create index notice_written on notice (written);
