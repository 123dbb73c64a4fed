-- What an address that nobody found when it was said turned out to be, by whom,
-- and what moved with it: it can be taken back.
create table address_match (
    id        uuid primary key,
    from_id   uuid not null references address,
    to_id     uuid not null references address,
    by        uuid not null references account,
    at        timestamptz not null,
    undone_by uuid references account,
    undone_at timestamptz,
    constraint address_match_other check (from_id <> to_id)
);
create unique index address_match_once on address_match (from_id) where undone_at is null;
create index address_match_to on address_match (to_id) where undone_at is null;

create table address_match_moved (
    match_id uuid not null references address_match,
    kind     text not null constraint address_match_moved_kind check (kind in ('incident', 'call', 'caution')),
    row_id   uuid not null,
    primary key (match_id, kind, row_id)
);

create index address_unverified on address (district_code, added_at desc) where kind = 'unverified';
