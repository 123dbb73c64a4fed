-- After the door: what the crew wrote, what became of it, and who hears.
create table on_scene_record (
    incident_id uuid primary key references incident,
    body        jsonb not null,
    written_by  uuid not null references account,
    written_at  timestamptz not null,
    version     bigint not null default 1
);

-- The sheets that a district officer has to weigh.
create index on_scene_record_not_dv on on_scene_record (written_at) where body ->> 'crew_class' = 'not_dv';

-- Every version stays.
create table on_scene_record_version (
    incident_id uuid not null references incident,
    version     bigint not null,
    body        jsonb not null,
    written_by  uuid not null references account,
    written_at  timestamptz not null,
    primary key (incident_id, version)
);

create table outcome (
    id           uuid primary key,
    incident_id  uuid not null references incident,
    kind         text not null,
    class        text constraint outcome_class check (class in ('dv', 'suspected_dv', 'not_dv')),
    risk_level   text constraint outcome_risk_level check (risk_level in ('low', 'medium', 'high')),
    text         text not null,
    advice       text not null default '', -- what to do better, or what was done well
    helped_by    text[] not null default '{}',
    follow_up_at timestamptz,
    written_by   uuid not null references account,
    written_at   timestamptz not null
);
create index outcome_incident on outcome (incident_id, written_at desc);
create index outcome_follow_up on outcome (follow_up_at) where follow_up_at is not null;

create table feedback (
    id          uuid primary key,
    outcome_id  uuid not null references outcome,
    incident_id uuid not null references incident,
    account_id  uuid not null references account,
    at          timestamptz not null,
    read_at     timestamptz,
    constraint feedback_once unique (outcome_id, account_id)
);
create index feedback_account on feedback (account_id, id desc);
