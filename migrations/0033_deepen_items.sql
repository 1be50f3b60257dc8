-- Items of two lists, several fees, choices that decide what an applicant brings, and what became of what.

-- Versions are rewritten once, by the owner, whom row security forced would keep from seeing them.
alter table item_versions no force row level security;
update item_versions set body = body - 'fee' || case jsonb_typeof(body->'fee') when 'object' then jsonb_build_object('fees', jsonb_build_array(body->'fee')) else '{}' end
  where body ? 'fee';
update item_versions set body = jsonb_set(body, '{handlings}',
    (select jsonb_agg(jsonb_build_object('id', 'h' || n, 'name', h) order by n) from jsonb_array_elements(body->'handlings') with ordinality x(h, n)))
  where jsonb_typeof(body->'handlings'->0) = 'string';
alter table item_versions force row level security;

-- An override names the elements that it changes; what each was above when it was made tells later whether that has moved.
alter table item_overrides no force row level security;
update item_overrides set fields = jsonb_strip_nulls(jsonb_build_object('promised_days', fields->'promised_days', 'drop_materials', fields->'drop_materials',
  'values', nullif(fields - 'promised_days' - 'drop_materials', '{}')));
alter table item_overrides force row level security;
alter table item_overrides add base jsonb not null default '{}';

-- list: an entry of the basic list (基本目录) is what a law empowers to; an implementing item (实施清单) is what an organ offers.
alter table items add list text not null default 'implementing' check (list in ('basic', 'implementing'));
alter table items add basic_tenant bigint;
alter table items add basic_id uuid;
alter table items add foreign key (basic_tenant, basic_id) references items (tenant_id, id) on update cascade;
alter table items add check ((basic_tenant is null) = (basic_id is null) and (basic_id is null or list = 'implementing'));
create index items_basic on items (basic_id) where basic_id is not null;
drop index items_tenant_id_basic_code_key;
create unique index items_tenant_id_basic_code_key on items (tenant_id, list, basic_code) where basic_code <> '';
alter table items drop constraint items_state_check;
alter table items add constraint items_state_check check (state in ('draft', 'published', 'suspended', 'withdrawn'));

-- act: what a version does to its item once it is in force. All acts go through the same review.
alter table item_versions add act text not null default 'change'
  check (act in ('create', 'change', 'suspend', 'resume', 'cancel', 'split', 'merge'));
alter table item_versions add reason text not null default '';
alter table item_versions no force row level security;
update item_versions set act = 'create' where number = 1;
alter table item_versions force row level security;

-- item_lineage: which item came of which by a split or a merger. It is never rewritten.
create table item_lineage (
  tenant_id bigint not null references tenants on update cascade,
  from_id   uuid not null,
  to_id     uuid not null,
  act       text not null check (act in ('split', 'merge')),
  at        timestamptz not null,
  primary key (tenant_id, from_id, to_id),
  foreign key (tenant_id, from_id) references items (tenant_id, id) on update cascade,
  foreign key (tenant_id, to_id) references items (tenant_id, id) on update cascade,
  check (from_id <> to_id)
);
create index item_lineage_to on item_lineage (to_id);
select row_security('item_lineage', 'cascade');
drop policy staff_update on item_lineage;
drop policy staff_delete on item_lineage;
revoke update, delete on item_lineage from liandong_staff, liandong_system;
create policy anyone_select on item_lineage for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on item_lineage to liandong_person, liandong_public;
