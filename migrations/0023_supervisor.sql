-- The shift supervisor: hears what a call taker did not get done in time, and may
-- take an incident over.
alter table account drop constraint account_role,
    add constraint account_role check (role in
        ('call_taker', 'shift_supervisor', 'patrol_officer', 'district_officer', 'administrator'));

-- Who has taken an incident over from the call taker: the newest row.
create table take_over (
    incident_id uuid not null references incident,
    by          uuid not null references account,
    at          timestamptz not null,
    primary key (incident_id, at)
);
create trigger take_over_kept before update or delete on take_over
    for each statement execute function only_added();
