-- A person's decision that a flag does not hold in a call, or that it does after
-- all. The newest one of a flag counts; all of them stay.
create table flag_overrule (
    call_id uuid not null references call,
    seq     integer not null,
    flag    text not null,
    reason  text not null,
    lifted  boolean not null, -- the flag holds again
    by      uuid not null references account,
    at      timestamptz not null,
    primary key (call_id, seq),
    constraint flag_overrule_reason check (lifted = (reason = ''))
);
create trigger flag_overrule_kept before update or delete on flag_overrule
    for each statement execute function only_added();
