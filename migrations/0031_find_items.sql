-- finding items (检索): everyday words, how often items are used, and what tells a
-- search index that it is old.

-- The items in force of a tenant, or its synonyms, changed: whoever reads another
-- number than before reads them anew.
create table item_marks (
  tenant_id bigint primary key references tenants on update cascade,
  n         bigint not null
);
insert into item_marks (tenant_id, n) select tenant_id, 1 from items where state = 'published' group by 1;

-- synonyms (同义词): who types word means means; for the tenant and everybody below.
create table synonyms (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  word       text not null,
  means      text not null,
  created_by text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, word, means)
);

-- heat (热度): what was opened or filed, where it happened, until it is folded into
-- the item's own count by day.
create table item_opens (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  item_tenant bigint not null references tenants on update cascade,
  item_id     uuid not null,
  day         date not null,
  n           int not null,
  primary key (tenant_id, id)
);
create table item_heat (
  tenant_id bigint not null references tenants on update cascade,
  item_id   uuid not null,
  day       date not null,
  n         int not null,
  primary key (tenant_id, item_id, day)
);
create index item_heat_day on item_heat (tenant_id, day);
select row_security(t::regclass, 'cascade') from unnest(array['item_marks', 'synonyms', 'item_heat']) t;
select row_security('item_opens', 'subtree');
create policy anyone_select on item_marks for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on synonyms for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on item_heat for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on item_marks, synonyms, item_heat to liandong_person, liandong_public;
create policy anyone_insert on item_opens for insert to liandong_person, liandong_public
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant insert on item_opens to liandong_person, liandong_public;
create policy relay_all on item_opens for all to liandong_relay using (true) with check (true);
create policy relay_all on item_heat for all to liandong_relay using (true) with check (true);
grant select, insert, update, delete on item_opens, item_heat to liandong_relay;
