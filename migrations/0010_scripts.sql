-- Every version of every question script: who wrote it, and who put it in
-- force. A version never changes, because calls are pinned to it.
create table script_version (
    code        text not null,
    version     integer not null constraint script_version_number check (version > 0),
    title       jsonb not null,
    source      text not null, -- YAML, as it was handed in
    shipped     boolean not null, -- came with the program: nobody here proposed it
    note        text not null, -- why it was changed
    proposed_by uuid references account,
    proposed_at timestamptz not null,
    approved    boolean, -- null until somebody decides
    decided_by  uuid references account,
    decided_at  timestamptz,
    reason      text not null default '', -- why it was refused
    primary key (code, version),
    constraint script_version_proposer check (shipped = (proposed_by is null)),
    constraint script_version_decided check ((approved is null) = (decided_at is null)),
    constraint script_version_decider check (shipped or (approved is null) = (decided_by is null)),
    -- A centre's own version takes two people.
    constraint script_version_second_person check (not (approved and decided_by = proposed_by)),
    constraint script_version_reason check (approved is distinct from false or decided_by = proposed_by or reason <> '')
);
create index script_version_in_force on script_version (code, version desc) where approved;

create function script_version_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.decided_at is not null
       or (new.code, new.version, new.title, new.source, new.shipped, new.note, new.proposed_by, new.proposed_at)
          is distinct from (old.code, old.version, old.title, old.source, old.shipped, old.note, old.proposed_by, old.proposed_at) then
        raise exception 'a script version is decided on once and never changes' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger script_version_kept before update or delete on script_version
    for each row execute function script_version_stays();
