-- What the centre has decided on: by when, counted from the sending, a revision
-- must be at the unit, on its screen, and read, and how long after a deadline the
-- supervisor is told as well. The newest row holds.
create table deadline (
    version    bigint primary key,
    delivered  interval not null,
    displayed  interval not null,
    read       interval not null,
    supervisor interval not null,
    by         uuid references account, -- null: shipped with the program
    at         timestamptz not null,
    constraint deadline_order check (delivered > '0' and delivered < displayed and displayed < read and supervisor > '0')
);
insert into deadline (version, delivered, displayed, read, supervisor, at) values (1, '10 s', '30 s', '60 s', '20 s', now());
create trigger deadline_kept before update or delete on deadline
    for each statement execute function only_added();

-- Who was told of which step of a frame that was late: once each.
create table escalation (
    topic text not null,
    seq   bigint not null,
    step  text not null constraint escalation_step check (step in ('delivered', 'displayed', 'read')),
    level text not null constraint escalation_level check (level in ('call_taker', 'shift_supervisor')),
    at    timestamptz not null,
    primary key (topic, seq, step, level)
);
create trigger escalation_kept before update or delete on escalation
    for each statement execute function only_added();
insert into escalation (topic, seq, step, level, at)
select topic, seq, 'delivered', 'call_taker', alerted_at from delivery where alerted_at is not null;

-- due_at is when to look at a delivery next; null where there is nothing more to
-- wait for, so that the index holds what is on its way and no history. What a server
-- of before this sends is looked at at once. alerted_at goes with those servers.
alter table delivery add column due_at timestamptz, add column radio_at timestamptz, add column radio_by uuid references account;
alter table delivery alter column due_at set default now();
update delivery set due_at = now() where read_at is null and sent_at > now() - interval '1 hour';
create index delivery_due on delivery (due_at) where due_at is not null;
