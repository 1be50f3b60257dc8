-- Running cases move to a newer version of their item, with a report and a way back.
create table case_migrations (
  tenant_id    bigint not null references tenants on update cascade, -- who keeps the item
  id           uuid not null,
  item_id      uuid not null,
  item_name    text not null,
  version_id   uuid not null, -- that they move to
  flow_tenant  bigint not null references tenants on update cascade,
  flow_id      uuid not null,
  mapping      jsonb not null default '{}', -- nodes of the old flow, and which they are in the new one
  state        text not null check (state in ('asked', 'done', 'undoing', 'undone')),
  asked_at     timestamptz not null,
  asked_by     text not null,
  asked_name   text not null,
  finished_at  timestamptz,
  undone_by    text not null default '',
  undone_name  text not null default '',
  primary key (tenant_id, id)
);
create index case_migrations_item on case_migrations (tenant_id, item_id, asked_at);
create index case_migrations_open on case_migrations (asked_at) where state in ('asked', 'undoing');
create table case_migration_rows (
  tenant_id    bigint not null references tenants on update cascade, -- where the case was born
  id           uuid not null,
  migration_id uuid not null,
  case_id      uuid not null,
  no           text not null,
  step_name    text not null,
  outcome      text not null check (outcome in ('moved', 'kept', 'undone', 'stays')), -- stays: it went on since, and is not taken back
  reason       text not null default '',
  before       jsonb not null default '{}', -- what undoing restores
  version      int not null default 0,      -- of the case, right after it moved
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create unique index case_migration_rows_once on case_migration_rows (migration_id, case_id);
select row_security('case_migrations', 'subtree'), row_security('case_migration_rows', 'subtree');
create index cases_item_open on cases (item_id, tenant_id) where ended_at is null;
