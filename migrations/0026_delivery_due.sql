-- What is due is looked up by assignment: of an incident to which many units went,
-- only the one's rows are read.
create index delivery_assignment on delivery (incident_id, unit_id);
drop index delivery_incident; -- last: until here others only wait to write

-- Of the servers from before the deadlines, which are gone.
drop index delivery_late;
alter table delivery drop column alerted_at;
