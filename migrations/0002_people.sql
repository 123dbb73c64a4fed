-- Who: accounts and their sessions, units and who crews them, and the persons
-- that calls are about.
create table unit (
    id            uuid primary key,
    call_sign     text not null constraint unit_call_sign_once unique,
    district_code text references district,
    status        text not null default 'free' constraint unit_status
                  check (status in ('free', 'assigned', 'en_route', 'on_scene', 'off_duty')),
    point         geometry(Point, 4326),
    point_at      timestamptz,
    version       bigint not null default 1
);
create index unit_point on unit using gist (point) where status = 'free';

create table account (
    id            uuid primary key,
    username      text not null constraint account_username_once unique,
    display_name  text not null,
    role          text not null constraint account_role
                  check (role in ('call_taker', 'patrol_officer', 'district_officer', 'administrator')),
    password_hash text not null,
    totp_secret   text,
    language      text not null default 'en' constraint account_language check (language in ('et', 'en', 'ru')),
    district_code text references district,
    sex           text constraint account_sex check (sex in ('female', 'male')),
    dv_trained    boolean not null default false,
    disabled_at   timestamptz
);

-- The shape that the session library's store asks for.
create table sessions (
    token  text primary key,
    data   bytea not null,
    expiry timestamptz not null
);
create index sessions_expiry on sessions (expiry);

-- A shift is one unit on duty for a time; its crew are the officers in it.
create table shift (
    id      uuid primary key,
    unit_id uuid not null references unit,
    starts  timestamptz not null,
    ends    timestamptz not null,
    constraint shift_order check (starts < ends)
);
create index shift_unit on shift (unit_id, ends);

create table crew (
    shift_id   uuid not null references shift,
    account_id uuid not null references account,
    primary key (shift_id, account_id)
);
create index crew_account on crew (account_id);

create table person (
    id          uuid primary key,
    name        text not null default '',
    folded      text not null default '', -- of the name, for matching
    birth_date  date,
    national_id text,
    phone       text,
    added_at    timestamptz not null,
    constraint person_known check (name <> '' or national_id is not null or phone is not null)
);
create unique index person_national_id on person (national_id) where national_id is not null;
create index person_phone on person (phone) where phone is not null;
create index person_name on person (folded, birth_date) where folded <> '';

alter table caution add constraint caution_person_known foreign key (person_id) references person;

-- Two records that may be one human being, how surely, and why.
create table person_link (
    person_id uuid not null references person,
    other_id  uuid not null references person,
    certainty text not null constraint person_link_certainty check (certainty in ('certain', 'likely', 'possible')),
    reason    text not null,
    at        timestamptz not null,
    primary key (person_id, other_id),
    constraint person_link_order check (person_id < other_id)
);
create index person_link_other on person_link (other_id);
