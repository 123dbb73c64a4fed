-- Two records of which an officer found that they are one human being: nothing
-- moves, they are read together, so taking it back leaves no trace in either. One
-- that was merged has none merged into it: there are no chains.
create table person_merge (
    id        uuid primary key,
    from_id   uuid not null references person,
    to_id     uuid not null references person,
    by        uuid not null references account,
    at        timestamptz not null,
    undone_by uuid references account,
    undone_at timestamptz,
    constraint person_merge_other check (from_id <> to_id)
);
create unique index person_merge_once on person_merge (from_id) where undone_at is null;
create index person_merge_to on person_merge (to_id) where undone_at is null;

-- All records of the human beings whose records these are. PL/pgSQL keeps its plan
-- from one call to the next, and every history asks this.
create function same_persons(ids uuid[]) returns uuid[] language plpgsql stable parallel safe as $$
begin
    return array(
        with one as (
            select id from unnest(ids) id
            union
            select to_id from person_merge where from_id = any(ids) and undone_at is null)
        select id from one
        union
        select m.from_id from one join person_merge m on m.to_id = one.id and m.undone_at is null);
end
$$;
