-- Every statement that finds incidents by anything but their id opens every
-- partition, so years that nobody lives in yet cost each look. They come back,
-- one by one, by later migrations.
do $$
declare later text;
begin
    if exists (select from incident where id >= uuid_floor('2028-01-01Z')) then
        raise notice 'incidents of 2028 or later: their partitions stay as they are';
        return;
    end if;
    for later in select unnest(array['2028', '2029', '2030', '2031', '2032', '2033', 'from_2034']) loop
        execute format('alter table incident detach partition incident_%s', later);
        execute format('drop table incident_%s', later);
    end loop;
    execute format('create table incident_from_2028 partition of incident for values from (%L) to (maxvalue)',
        uuid_floor('2028-01-01Z'));
end
$$;
