-- heat of places (当地热度): uses of items are counted for every place from the site where
-- they happened up to the tenant that defines the item; until now for the latter alone.
alter table item_heat add item_tenant bigint references tenants on update cascade;
alter table item_heat no force row level security;
update item_heat set item_tenant = tenant_id;
alter table item_heat force row level security;
alter table item_heat alter item_tenant set not null;

-- Marks tell of local codes and of changes of inherited items too: what is kept in
-- memory of a place stands on them. Who said something before has a mark from now on.
alter table item_marks no force row level security;
alter table item_overrides no force row level security;
alter table dictionary_entries no force row level security;
insert into item_marks (tenant_id, n) select tenant_id, 1 from item_overrides union select tenant_id, 1 from dictionary_entries
on conflict (tenant_id) do update set n = item_marks.n + 1;
alter table item_marks force row level security;
alter table item_overrides force row level security;
alter table dictionary_entries force row level security;
