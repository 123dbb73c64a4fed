-- What is due is looked up by assignment: of an incident to which many units went,
-- only the one's rows are read.
drop index delivery_incident;
create index delivery_incident on delivery (incident_id, unit_id);

-- Of the servers from before the deadlines, which are gone.
drop index delivery_late;
alter table delivery drop column alerted_at;
