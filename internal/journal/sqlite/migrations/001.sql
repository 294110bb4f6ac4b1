create table entries (
  version  integer primary key, -- of the journal with it, from 1
  salts    blob not null,       -- of what was done, and of what followed
  done     blob not null,
  followed blob not null
) strict;

-- Complete tiles of the tree over the entries; what is to the right of them follows
-- from the entries.
create table tiles (
  level  integer not null,
  n      integer not null,
  hashes blob not null,
  primary key (level, n)
) strict, without rowid;

create table snapshots (
  form  text not null,
  at    integer not null,
  state blob not null,
  primary key (form, at)
) strict;

-- Instants are nanoseconds since 1970; 0 is none.
create table effects (
  key   text primary key,
  kind  text not null,
  party text not null,
  due   integer not null,
  body  blob not null,
  tries integer not null default 0,
  done  integer not null default 0,
  why   text not null default ''
) strict;
create index effects_pending on effects (due) where done = 0;
create index effects_of on effects (party, due);

create table blobs (
  hash  text primary key,
  name  text not null,
  media text not null,
  party text not null,
  at    integer not null,
  data  blob not null
) strict;

-- What is kept beside the record by whoever opens the database, by its own key.
create table kept (
  shelf text not null,
  key   text not null,
  value blob not null,
  primary key (shelf, key)
) strict, without rowid;
