-- Who looked, what was asked twice, what was imported.
create table access_record (
    id       bigint generated always as identity primary key,
    actor    uuid not null,
    role     text not null,
    purpose  text not null,
    subject  text not null, -- kind:id, never a name
    incident uuid,
    at       timestamptz not null
);
create index access_record_actor on access_record (actor, at desc);
create index access_record_subject on access_record (subject, at desc);

-- History and access records are only ever added to.
create function only_added() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger access_record_kept before update or delete on access_record
    for each statement execute function only_added();
create trigger answer_kept before update or delete on answer
    for each statement execute function only_added();
create trigger on_scene_record_version_kept before update or delete on on_scene_record_version
    for each statement execute function only_added();

-- The first answer to a create, kept with what it created.
create table idempotency_key (
    account_id uuid not null,
    key        text not null,
    request    bytea not null, -- SHA-256 of route and body
    status     smallint not null,
    answer     jsonb not null,
    at         timestamptz not null,
    primary key (account_id, key)
);

-- How far each file was imported, by content: a second run starts where the
-- first was cut off, and one that was finished adds nothing.
create table import_progress (
    file_sha256 text not null,
    mapping     text not null,
    line        bigint not null, -- the last line whose batch is committed
    done_at     timestamptz,
    primary key (file_sha256, mapping)
);
