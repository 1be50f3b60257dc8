-- What the national platform is told of cases: rows of seven tables, each change with a number.

-- case_record_marks: the last number that was given in a tree; the row lies at its root and is locked to the
-- commit, so numbers rise in the order of commits.
create table case_record_marks (
  tenant_id bigint primary key references tenants on update cascade,
  n         bigint not null
);
-- case_records (办件数据集): every change of every row, as it was told. Only "current" ever changes: false once there is
-- a newer one. What is about people is in sealed.
create table case_records (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  root_tenant   bigint not null references tenants on update cascade, -- whose numbers n counts
  n         bigint not null,
  kind      text not null check (kind in ('apply', 'material', 'accept', 'process', 'special', 'result', 'payment')),
  case_id   uuid not null,
  key       text not null, -- what the row is about, within its case and table
  row_guid  uuid not null,
  op        text not null check (op in ('I', 'U', 'D')),
  body      jsonb not null,
  sealed    text not null default '',
  digest    text not null, -- of all that it says, keyed: to tell whether it still reads the same
  findings  jsonb not null default '[]',
  at        timestamptz not null,
  current   boolean not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index case_records_feed on case_records (root_tenant, kind, n) include (tenant_id);
create index case_records_case on case_records (tenant_id, case_id) where current;
-- case_data (办件归集): how complete the rows of a case are.
create table case_data (
  tenant_id bigint not null references tenants on update cascade,
  case_id   uuid not null,
  no        text not null,
  item_name text not null,
  status    text not null,
  filed_at  timestamptz not null,
  counts    jsonb not null, -- rows by table
  kinds     text[] not null, -- the tables that have any
  wrong     text[] not null, -- what is wrong, each once
  records   int not null,
  findings  int not null,
  at        timestamptz not null,
  primary key (tenant_id, case_id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index case_data_filed on case_data (filed_at desc, case_id);
create index case_data_wrong on case_data (tenant_id, filed_at desc) where findings > 0;
create index case_data_no on case_data (no collate "C");
select row_security(t::regclass, 'subtree') from unnest(array['case_record_marks', 'case_records', 'case_data']) t;
-- Only jobs write them, and none forgets a record.
do $$ declare t text; begin
  foreach t in array array['case_record_marks', 'case_records', 'case_data'] loop
    execute format('drop policy staff_insert on %I', t);
    execute format('drop policy staff_update on %I', t);
    execute format('drop policy staff_delete on %I', t);
    execute format('revoke insert, update, delete on %I from liandong_staff', t);
    execute format('revoke delete on %I from liandong_system', t);
  end loop;
end $$;

-- A partner reads what the tables say of cases, with what is about people masked or as it is, or not at all.
alter table partners add case_data text not null default '' check (case_data in ('', 'masked', 'full'));

-- Cases that were filed before are gathered as if they had just been touched.
alter table cases no force row level security;
alter table outbox no force row level security;
insert into outbox (tenant_id, id, name, body, actor_id, actor_name, request_id, created_at)
  select tenant_id, gen_random_uuid(), 'cases.touched', jsonb_build_object('case_id', id, 'tenant', tenant_id, 'no', no, 'item_name', item_name, 'at_tenant', at_tenant), '', 'migration', '', now()
  from cases;
alter table cases force row level security;
alter table outbox force row level security;
