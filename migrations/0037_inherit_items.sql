-- Locks, tasks, requests and local words: how levels agree about an item that several of them shape.

-- item_locks (锁定): an element that everybody below a tenant takes as it is, for one item or for all.
create table item_locks (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  element     text not null,
  item_tenant bigint,
  item_id     uuid, -- null: of all items
  reason      text not null,
  by_name     text not null,
  at          timestamptz not null,
  primary key (tenant_id, id),
  foreign key (item_tenant, item_id) references items (tenant_id, id) on update cascade,
  check ((item_tenant is null) = (item_id is null))
);
create unique index item_locks_once on item_locks (tenant_id, element, coalesce(item_id, '00000000-0000-0000-0000-000000000000'));
select row_security('item_locks', 'cascade');

-- item_tasks (核对任务): what a change above asks of a tenant below. A job opens them; the tenant answers.
create table item_tasks (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  item_tenant bigint not null,
  item_id     uuid not null,
  kind        text not null check (kind in ('override_collides', 'locked_above', 'law_changed', 'basic_changed')),
  element     text not null,
  cause       text not null default '', -- what must not open a second one
  detail      jsonb not null default '{}',
  state       text not null default 'open' check (state in ('open', 'done')),
  opened_at   timestamptz not null,
  closed_at   timestamptz,
  closed_by   text not null default '',
  answer      text not null default '',
  note        text not null default '',
  version     int not null default 1,
  primary key (tenant_id, id),
  foreign key (item_tenant, item_id) references items (tenant_id, id) on update cascade
);
create unique index item_tasks_open on item_tasks (tenant_id, item_id, kind, element, cause) where state = 'open';
create unique index item_tasks_cause on item_tasks (tenant_id, item_id, kind, cause) where cause <> '';
create index item_tasks_item on item_tasks (item_id);
select row_security('item_tasks', 'subtree');
drop policy staff_insert on item_tasks;
drop policy staff_delete on item_tasks;
revoke insert, delete on item_tasks from liandong_staff;

-- item_requests (调整申请): a tenant asks a level above to change what it may not change itself.
create table item_requests (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  to_tenant   bigint not null references tenants on update cascade,
  item_tenant bigint not null,
  item_id     uuid not null,
  element     text not null,
  current     text not null, -- what it said when it was asked for
  wish        text not null,
  reason      text not null,
  by_id       text not null,
  by_name     text not null,
  at          timestamptz not null,
  ended_at    timestamptz, -- taken back
  version     int not null default 1,
  primary key (tenant_id, id),
  foreign key (item_tenant, item_id) references items (tenant_id, id) on update cascade
);
create index item_requests_to on item_requests (to_tenant, at);
select row_security('item_requests', 'subtree');
drop policy staff_delete on item_requests;
revoke delete on item_requests from liandong_staff, liandong_system;

-- item_request_answers: the level above answers in its own rows; whoever asked reads them there.
create table item_request_answers (
  tenant_id  bigint not null references tenants on update cascade,
  request_id uuid not null,
  accepted   boolean not null,
  reason     text not null default '',
  led_to     text not null default '', -- draft, unlocked, override
  by_name    text not null,
  at         timestamptz not null,
  primary key (tenant_id, request_id)
);
select row_security('item_request_answers', 'cascade');
drop policy staff_update on item_request_answers;
drop policy staff_delete on item_request_answers;
revoke update, delete on item_request_answers from liandong_staff, liandong_system;

-- dictionary_entries (地方扩展): a local code beside a national list, for a tenant and everybody below it.
create table dictionary_entries (
  tenant_id bigint not null references tenants on update cascade,
  system    text not null,
  code      text not null,
  name      text not null,
  state     text not null default 'used' check (state in ('used', 'stopped')),
  by_name   text not null,
  at        timestamptz not null,
  version   int not null default 1,
  primary key (tenant_id, system, code)
);
select row_security('dictionary_entries', 'cascade');
drop policy staff_delete on dictionary_entries;
revoke delete on dictionary_entries from liandong_staff, liandong_system;
create policy anyone_select on dictionary_entries for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on dictionary_entries to liandong_person, liandong_public;
