-- What other systems know of places and persons.

-- A call's number finds it: an id that comes again with another time of receiving
-- is noticed.
create index incident_called on incident (number);

-- Counties, municipalities, settlements and city districts; an address lies in
-- the smallest that its source names.
create table area (
    id        bigint generated always as identity primary key,
    kind      text not null constraint area_kind check (kind in ('county', 'municipality', 'settlement', 'city_district')),
    code      text not null default '', -- in Estonia that of EHAK
    name      text not null,
    parent_id bigint references area,
    constraint area_once unique nulls not distinct (parent_id, kind, name)
);
alter table address add column area_id bigint references area;

-- What an address was called before a register renamed or renumbered it: callers
-- and older files still say so.
create table address_former (
    address_id uuid not null references address,
    key        text not null,
    label      text not null,
    street_id  bigint references street,
    house      text not null,
    unit       text not null,
    until      timestamptz not null,
    primary key (address_id, key)
);
create index address_former_key on address_former (key);
create index address_former_house on address_former (street_id, house);

-- Whose record a source's row is: it is known again by its id.
create table person_source (
    source    text not null,
    ref       text not null,
    person_id uuid not null references person,
    primary key (source, ref)
);
create index person_source_person on person_source (person_id);

-- Where areas overlap, as a town's and its county's, the smallest is the one that
-- has an officer for the address.
alter table district add column extent double precision generated always as (st_area(area)) stored;
