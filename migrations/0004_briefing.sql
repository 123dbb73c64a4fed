-- What is told, to whom, in which order. A topic's number is taken under its
-- row lock inside the transaction, so numbers follow commits without a gap.
create table topic (
    name     text primary key,
    last_seq bigint not null
);

create table notice (
    topic text not null,
    seq   bigint not null,
    type  text not null,
    at    timestamptz not null,
    body  jsonb not null,
    primary key (topic, seq)
);
create index notice_age on notice using brin (at);

create table briefing (
    id          uuid primary key,
    incident_id uuid not null references incident,
    created_at  timestamptz not null
);
create unique index briefing_incident on briefing (incident_id);

create table briefing_revision (
    briefing_id uuid not null references briefing,
    revision    integer not null constraint briefing_revision_from_one check (revision >= 1),
    body        jsonb not null,
    created_at  timestamptz not null,
    primary key (briefing_id, revision)
);

-- Sent, delivered, displayed and read are four facts. sent_at is the commit
-- that put the frame on the unit's topic.
create table delivery (
    briefing_id  uuid not null,
    revision     integer not null,
    unit_id      uuid not null references unit,
    incident_id  uuid not null,
    topic        text not null,
    seq          bigint not null,
    sent_at      timestamptz not null,
    delivered_at timestamptz,
    displayed_at timestamptz,
    read_at      timestamptz,
    read_by      uuid references account,
    alerted_at   timestamptz, -- the call taker was told that it is late
    primary key (briefing_id, revision, unit_id),
    foreign key (briefing_id, revision) references briefing_revision
);
create index delivery_frame on delivery (topic, seq) where delivered_at is null;
create index delivery_late on delivery (sent_at) where delivered_at is null and alerted_at is null;
create index delivery_incident on delivery (incident_id);
