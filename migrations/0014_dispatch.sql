-- What a dispatch and a look at the past touch, made less.

-- A frame with a briefing names the revision and is put together when it is
-- replayed: the page, far larger than all else that a dispatch writes, is kept
-- once. The delivery that is written with the frame holds the reference.
alter table notice add column briefing_id uuid, add column revision integer,
    add constraint notice_revision check ((briefing_id is null) = (revision is null));

-- A statement that finds incidents by anything but their id opens every
-- partition, and so does each write, to lock it: five years in one instead of
-- one cost a third. Rows move, so what refers to them lets go and is checked
-- again.
do $$
declare
    each record;
    refers text[] := '{}';
begin
    for each in
        select conrelid::regclass::text tbl, conname, pg_get_constraintdef(oid) def from pg_constraint
        where confrelid = 'incident'::regclass and conparentid = 0 order by conname
    loop
        execute format('alter table %s drop constraint %I', each.tbl, each.conname);
        refers := refers || format('alter table %s add constraint %I %s', each.tbl, each.conname, each.def);
    end loop;

    create temporary table old_partition on commit drop as
        select inhrelid::regclass::text tbl from pg_inherits where inhparent = 'incident'::regclass;
    for each in select tbl from old_partition loop
        execute format('alter table incident detach partition %s', each.tbl);
    end loop;

    -- A state is written within a page while the incident stays open: what
    -- indexes look at does not change, and the page has room.
    alter table incident add column is_open boolean generated always as (state <> 'closed') stored;
    drop index incident_open;
    create index incident_open on incident (district_code, id desc) where is_open;

    execute format('create table incident_before_2021 partition of incident for values from (minvalue) to (%L)',
        uuid_floor('2021-01-01Z'));
    execute format('create table incident_2021_to_2025 partition of incident for values from (%L) to (%L)',
        uuid_floor('2021-01-01Z'), uuid_floor('2026-01-01Z'));
    execute format('create table incident_2026_to_2030 partition of incident for values from (%L) to (%L) with (fillfactor = 90)',
        uuid_floor('2026-01-01Z'), uuid_floor('2031-01-01Z'));
    execute format('create table incident_from_2031 partition of incident for values from (%L) to (maxvalue) with (fillfactor = 90)',
        uuid_floor('2031-01-01Z'));

    for each in select tbl from old_partition loop
        execute format('insert into incident (id, number, source, state, class, type, relationship, priority, flags,
                address_id, district_code, received_at, dispatched_at, arrived_at, closed_at, disposition, summary,
                risk_level, raised_by, version, premise_id)
            select id, number, source, state, class, type, relationship, priority, flags,
                address_id, district_code, received_at, dispatched_at, arrived_at, closed_at, disposition, summary,
                risk_level, raised_by, version, premise_id from %s', each.tbl);
        execute format('drop table %s', each.tbl);
    end loop;
    for i in 1 .. cardinality(refers) loop
        execute refers[i];
    end loop;
end
$$;
