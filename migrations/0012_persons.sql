-- Records are looked up by birth date too, and compared name by name: a
-- misspelled name is found so.
create index person_birth on person (birth_date) where birth_date is not null;

-- What the call itself said of a person, before the record added what it knows,
-- and what the record learnt from it: what a wrong record is undone by.
alter table party add column said jsonb not null default '{}', add column taught jsonb not null default '{}';

-- A person's decision on whose record it is, never overwritten: what the party
-- of the call says now is what holds.
create table person_decision (
    id        uuid primary key,
    call_id   uuid not null references call,
    person_id uuid not null references person,
    decision  text not null constraint person_decision_kind check (decision in ('confirmed', 'separated', 'undone')),
    by        uuid not null references account,
    at        timestamptz not null
);
create index person_decision_call on person_decision (call_id, at);
create index person_decision_person on person_decision (person_id);
create trigger person_decision_kept before update or delete on person_decision
    for each statement execute function only_added();
