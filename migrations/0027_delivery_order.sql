-- The newest revision of an assignment, and those since a number, are found without the
-- others.
create index delivery_order on delivery (incident_id, unit_id, seq);
drop index delivery_assignment; -- last: until here others only wait to write
