-- Only what was carried out is ever listed by whom it was for.
drop index effects_of;
create index effects_of on effects (party, due) where done > 0;

-- Snapshots are files beside the database.
drop table snapshots;
