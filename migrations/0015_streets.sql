-- A nation has hundreds of streets of one name. Those of the towns that were said
-- are read by index, and of the others the nearest few in order of distance, or
-- the first few in order of their towns where nobody said from where.
create extension if not exists btree_gist;
create index street_near on street using gist (folded, point);
drop index street_folded;
create index street_named on street (folded, locality) include (id);
