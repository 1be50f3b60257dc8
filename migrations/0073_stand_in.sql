-- Who is away, from when to when, and who stands in meanwhile (AB角).

-- absences (请假出差): while one holds, what falls to the person falls to whoever stands in, too.
create table absences (
  tenant_id       bigint not null references tenants on update cascade,
  id              uuid not null,
  person_id       uuid not null,
  person_name     text not null,
  kind            text not null check (kind in ('leave', 'trip', 'training', 'other')),
  from_at         timestamptz not null, -- midnight or noon in China
  to_at           timestamptz not null, -- likewise; the first moment after
  note            text not null default '',
  substitute_id   uuid,                 -- null: whoever the step names
  substitute_name text not null default '',
  roles           text[] not null default '{}', -- of the person when it was recorded: no other is stood in for
  recorded_by     text not null,
  recorded_name   text not null,
  recorded_at     timestamptz not null,
  cancelled_at    timestamptz,
  cancelled_name  text not null default '',
  version         int not null default 1,
  primary key (tenant_id, id),
  check (from_at <= to_at)
);
create index absences_person on absences (tenant_id, person_id, from_at);
create index absences_substitute on absences (substitute_id, to_at) where substitute_id is not null and cancelled_at is null;
select row_security('absences', 'subtree');
-- Nothing is forgotten, and nobody but staff of the tenant records any.
drop policy staff_delete on absences;
revoke delete on absences from liandong_staff, liandong_system;

-- Who was stood in for when a step was done.
alter table case_steps add for_id text not null default '';
alter table case_steps add for_name text not null default '';
