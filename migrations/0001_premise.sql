-- Where: districts, streets, addresses and the cautions kept on them.
create extension if not exists postgis;
create extension if not exists pg_trgm;

create table district (
    code text primary key,
    name text not null,
    area geometry(MultiPolygon, 4326)
);
create index district_area on district using gist (area);

-- A street is found first, its houses after it: a search over a few thousand
-- folded names instead of all addresses.
create table street (
    id       bigint generated always as identity primary key,
    locality text not null,
    name     text not null,
    folded   text not null, -- lower case, no diacritics, kind of street shortened
    constraint street_once unique (locality, folded)
);
create index street_prefix on street (folded text_pattern_ops);
create index street_typo on street using gin (folded gin_trgm_ops);

create table address (
    id            uuid primary key,
    kind          text not null constraint address_kind check (kind in ('dwelling', 'building', 'block', 'crossing', 'place', 'unverified')),
    label         text not null,
    key           text not null constraint address_once unique, -- the normalised address: two spellings of one door share it
    locality      text not null,
    street_id     bigint references street,
    house         text not null default '',
    hundred       integer,          -- the hundred block: 700 for 742
    unit          text not null default '',
    building_id   uuid references address, -- of a dwelling: its building
    point         geometry(Point, 4326),
    district_code text references district,
    source        text not null,
    source_ref    text,
    added_at      timestamptz not null,
    constraint address_source_once unique (source, source_ref),
    constraint address_point_range check (point is null or
        (st_x(point) between -180 and 180 and st_y(point) between -90 and 90))
);
create index address_street on address (street_id, house);
create index address_block on address (street_id, hundred) where kind = 'block';
create index address_building on address (building_id) where building_id is not null;
create index address_point on address using gist (point);

-- A hazard or order to know before the door opens. Past its review date it is
-- shown as unreviewed, never hidden.
create table caution (
    id         uuid primary key,
    address_id uuid references address,
    person_id  uuid,
    kind       text not null constraint caution_kind check (kind in ('firearm', 'dog', 'officer_safety', 'protection_order')),
    note       text not null default '',
    source     text not null,
    since      timestamptz not null,
    review_by  timestamptz not null,
    constraint caution_about check (address_id is not null or person_id is not null)
);
create index caution_address on caution (address_id) where address_id is not null;
create index caution_person on caution (person_id) where person_id is not null;
