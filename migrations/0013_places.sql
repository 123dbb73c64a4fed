-- What a nation's worth of history needs to be found at once.

-- The building that an incident was at, or the address itself where it is in
-- none: what happened behind the other doors of a house, or next to it, is then
-- read as a few runs of one index, not door by door.
alter table incident add column premise_id uuid;
update incident i set premise_id = coalesce(a.building_id, a.id) from address a where a.id = i.address_id;
create index incident_premise on incident (premise_id, id desc) include (class, address_id);

-- An insert of many says the premise itself; for all others it is looked up.
create function incident_premise() returns trigger language plpgsql as $$
begin
    new.premise_id := (select coalesce(building_id, id) from address where id = new.address_id);
    return new;
end
$$;
create trigger incident_premise_insert before insert on incident
    for each row when (new.premise_id is null and new.address_id is not null) execute function incident_premise();
create trigger incident_premise_move before update of address_id on incident
    for each row when (new.address_id is distinct from old.address_id) execute function incident_premise();

-- A door that turns out to be in a building takes its past along.
create function address_building() returns trigger language plpgsql as $$
begin
    update incident set premise_id = coalesce(new.building_id, new.id) where address_id = new.id;
    return null;
end
$$;
create trigger address_building_move after update of building_id on address
    for each row when (new.building_id is distinct from old.building_id) execute function address_building();

-- Who is near is asked of buildings: a dwelling stands where its building does.
create index address_near on address using gist (point) where kind <> 'dwelling';

-- Many towns have a street of one name. Names are compared with what was typed,
-- and the streets of the few that are like it are weighed by town and nearness.
create table street_name (folded text primary key);
insert into street_name select distinct folded from street;
create index street_name_prefix on street_name (folded text_pattern_ops);
create index street_name_typo on street_name using gin (folded gin_trgm_ops);
create function street_named() returns trigger language plpgsql as $$
begin
    insert into street_name select distinct folded from added order by folded on conflict do nothing;
    return null;
end
$$;
create trigger street_named after insert on street referencing new table as added
    for each statement execute function street_named();
drop index street_prefix, street_typo;
create index street_folded on street (folded);

-- Some point on the street: nearness in steps of a town.
alter table street add column point geometry(Point, 4326);
update street s set point = (select a.point from address a where a.street_id = s.id and a.point is not null limit 1);

-- Houses are found by the beginning of their number, dwellings by their building.
drop index address_street, address_building;
create index address_house on address (street_id, house text_pattern_ops) where kind <> 'dwelling';
create index address_unit on address (building_id, unit text_pattern_ops) where building_id is not null;
