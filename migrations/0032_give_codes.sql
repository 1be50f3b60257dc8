-- item_codes (赋码): every code that an item was ever given. A code is never given to another item,
-- so rows are never deleted; an implementing or handling code is unique in the whole country.
create table item_codes (
  tenant_id bigint not null references tenants on update cascade,
  code      text not null,
  kind      text not null check (kind in ('basic', 'implementing', 'handling')),
  item_id   uuid not null,
  name      text not null default '', -- of the handling item; empty when the item is not divided
  given_at  timestamptz not null,
  ended_at  timestamptz,
  primary key (tenant_id, code),
  foreign key (tenant_id, item_id) references items on update cascade
);
create unique index item_codes_once on item_codes (code) where kind <> 'basic';
create index item_codes_item on item_codes (item_id);
select row_security('item_codes', 'cascade');
drop policy staff_delete on item_codes;
revoke delete on item_codes from liandong_staff, liandong_system;
create policy anyone_select on item_codes for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on item_codes to liandong_person, liandong_public;

-- An imported draft may have a local code only: basic codes are unique among those that are there.
alter table items drop constraint items_tenant_id_basic_code_key;
create unique index items_tenant_id_basic_code_key on items (tenant_id, basic_code) where basic_code <> '';

-- item_imports: a list of items on its way in, from the file as it was read to the report.
create table item_imports (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  file_name  text not null,
  head       jsonb not null,
  lines      jsonb not null,
  columns    jsonb not null default '[]',
  scheme     text not null default '',
  partial    boolean not null default false, -- the valid rows only, instead of all or nothing
  state      text not null default 'read' check (state in ('read', 'waiting', 'running', 'done', 'refused')),
  total      int not null default 0,
  percent    int not null default 0,
  report     jsonb not null default '{}',
  actor_id   text not null,
  actor_name text not null,
  created_at timestamptz not null,
  ended_at   timestamptz,
  version    int not null default 1,
  primary key (tenant_id, id)
);
select row_security('item_imports', 'subtree');
