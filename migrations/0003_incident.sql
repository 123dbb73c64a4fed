-- What units are sent to. History is partitioned by time through the key
-- itself: an incident's UUIDv7 begins with the millisecond it was received, so
-- ranges of ids are ranges of time, and the id alone finds the partition.
create function uuid_floor(at timestamptz) returns uuid
    language sql immutable strict parallel safe as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

create table incident (
    id            uuid primary key,
    number        text not null,
    source        text not null default 'doorstep',
    state         text not null constraint incident_state check (state in ('open', 'dispatched', 'on_scene', 'closed')),
    class         text not null constraint incident_class check (class in ('dv', 'suspected_dv', 'not_dv', 'unclassified')),
    type          text not null default '',
    relationship  text not null default '',
    priority      smallint constraint incident_priority check (priority between 1 and 4),
    flags         text[] not null default '{}',
    address_id    uuid references address,
    district_code text references district,
    received_at   timestamptz not null,
    dispatched_at timestamptz,
    arrived_at    timestamptz,
    closed_at     timestamptz,
    disposition   text not null default '',
    summary       text not null default '', -- what became of it, one line for the next crew
    risk_level    text constraint incident_risk_level check (risk_level in ('low', 'medium', 'high')),
    raised_by     uuid references account,
    version       bigint not null default 1
) partition by range (id);

-- A look-up by anything but the id visits every partition, so there are as many
-- as a centre keeps years, and one at each end. Later years come by a migration.
do $$
begin
    execute format('create table incident_before_2016 partition of incident for values from (minvalue) to (%L)',
        uuid_floor('2016-01-01Z'));
    for y in 2016..2033 loop
        execute format('create table incident_%s partition of incident for values from (%L) to (%L)', y,
            uuid_floor(make_timestamptz(y, 1, 1, 0, 0, 0, 'UTC')),
            uuid_floor(make_timestamptz(y + 1, 1, 1, 0, 0, 0, 'UTC')));
    end loop;
    execute format('create table incident_from_2034 partition of incident for values from (%L) to (maxvalue)',
        uuid_floor('2034-01-01Z'));
end
$$;

-- An address is counted from the index alone. The texts stay out of it: a long
-- summary would not fit into an index row.
create index incident_address on incident (address_id, id desc) include (class, received_at);
create index incident_raised_by on incident (raised_by, id desc) where raised_by is not null;
create index incident_open on incident (district_code, id desc) where state <> 'closed';
create index incident_dv on incident (district_code, id desc) where class in ('dv', 'suspected_dv');

-- The running part of an incident's number, among all servers.
create sequence incident_number;

create table call (
    id             uuid primary key,
    phone          text,
    channel        text not null constraint call_channel check (channel in ('voice', 'text', 'silent', 'app')),
    caller_role    text constraint call_caller_role check (caller_role in ('victim', 'third_party', 'child', 'suspect')),
    covert         boolean not null default false,
    language       text not null default 'et' constraint call_language check (language in ('et', 'en', 'ru')),
    location       geometry(Point, 4326),
    address_id     uuid references address,
    address_note   text not null default '', -- floor, door code, words of the caller
    script_code    text not null,
    script_version integer not null,
    history        jsonb, -- the history as it was read when the address or the persons were set
    incident_id    uuid references incident,
    taken_by       uuid not null references account,
    opened_at      timestamptz not null,
    closed_at      timestamptz,
    version        bigint not null default 1
);
create index call_incident on call (incident_id) where incident_id is not null;
create index call_phone on call (phone, opened_at desc) where phone is not null;

-- A person's part in one call.
create table party (
    call_id      uuid not null references call,
    role         text not null constraint party_role check (role in ('caller', 'victim', 'suspect', 'child', 'witness')),
    position     smallint not null,
    person_id    uuid not null references person,
    relationship text not null default '',
    certainty    text not null constraint party_certainty check (certainty in ('certain', 'likely', 'possible')),
    reason       text not null,
    primary key (call_id, role, position)
);
create index party_person on party (person_id);

-- Whose part in which incident: person history reads this, live or imported.
create table incident_person (
    person_id   uuid not null references person,
    incident_id uuid not null references incident,
    role        text not null,
    primary key (person_id, incident_id, role)
);
create index incident_person_incident on incident_person (incident_id);

-- An answer is an event. A change of mind is a new row.
create table answer (
    call_id  uuid not null references call,
    seq      integer not null,
    question text not null,
    value    jsonb not null,
    by       uuid not null references account,
    at       timestamptz not null,
    primary key (call_id, seq)
);

create table assignment (
    id           uuid primary key,
    incident_id  uuid not null references incident,
    unit_id      uuid not null references unit,
    status       text not null constraint assignment_status
                 check (status in ('assigned', 'en_route', 'on_scene', 'cleared', 'cancelled')),
    assigned_by  uuid not null references account,
    assigned_at  timestamptz not null,
    en_route_at  timestamptz,
    on_scene_at  timestamptz,
    cleared_at   timestamptz
);
create unique index assignment_once on assignment (incident_id, unit_id) where status not in ('cleared', 'cancelled');
create index assignment_unit on assignment (unit_id, assigned_at desc);

-- Each status that a tablet reported, by the id the tablet gave it: a repeat
-- after a reconnect changes nothing.
create table assignment_status (
    assignment_id uuid not null references assignment,
    client_id     text not null,
    status        text not null,
    at            timestamptz not null,  -- by the tablet's clock
    heard_at      timestamptz not null,  -- by ours
    by            uuid not null references account,
    primary key (assignment_id, client_id)
);
