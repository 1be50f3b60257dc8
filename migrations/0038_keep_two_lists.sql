-- An imported list is for one of the two lists of items.
alter table item_imports add list text not null default 'implementing' check (list in ('basic', 'implementing'));

-- An organ implements an entry of the basic list once.
create unique index items_claimed_once on items (tenant_id, basic_id) where basic_id is not null;
