-- case_batches (批量录入): a list of applicants of one item on its way in, and what became of every row.
create table case_batches (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  item_id    uuid not null,
  item_name  text not null,
  choices    jsonb not null default '[]',
  on_paper   text not null default '', -- what was confirmed about the papers that are kept at the window
  file_name  text not null,
  state      text not null check (state in ('read', 'running', 'done')),
  total      int not null,
  filed      int not null default 0,
  failed     int not null default 0,
  by_id      text not null,
  by_name    text not null,
  created_at timestamptz not null,
  ended_at   timestamptz,
  primary key (tenant_id, id)
);
create index case_batches_running on case_batches (created_at) where state = 'running';
create index case_batches_list on case_batches (tenant_id, created_at);
create table case_batch_rows (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  batch_id  uuid not null,
  line      int not null,
  name      text not null,
  sealed    text not null,               -- the filing
  state     text not null check (state in ('ready', 'wrong', 'known', 'filed', 'failed')), -- known: filed by an earlier list
  wrong     jsonb not null default '{}', -- catalogue keys by field
  case_id   uuid,
  case_no   text not null default '',
  primary key (tenant_id, id)
);
create index case_batch_rows_batch on case_batch_rows (tenant_id, batch_id, line);
select row_security('case_batches', 'subtree'), row_security('case_batch_rows', 'subtree');
create index cases_batch on cases (tenant_id, item_id, applicant_blind) where channel = 'batch';
