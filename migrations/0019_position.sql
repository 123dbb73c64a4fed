-- A telephone tells how far off its position may be (AML: metres); a cell covers
-- kilometres. Null where nobody said.
alter table call add column location_radius double precision
    constraint call_location_radius check (location_radius > 0 and location_radius <= 100000);
