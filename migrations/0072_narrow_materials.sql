-- What the office of a part of a joint case gets to see of what was handed in once for all parts.

alter table case_parts add materials jsonb not null default '[]'; -- names that its item asks for
alter table case_parts add papers jsonb not null default '[]';    -- files that its sheet of the one form names

-- Parts that have begun before ask for whatever their item lists.
alter table case_parts no force row level security;
alter table cases no force row level security;
alter table item_versions no force row level security;
update case_parts p set materials = coalesce((
    select jsonb_agg(m ->> 'name') from item_versions v, jsonb_array_elements(coalesce(nullif(v.body -> 'materials', 'null'), '[]')) m
    where v.tenant_id = c.item_tenant and v.id = c.item_version_id), '[]')
  from cases c where c.tenant_id = p.tenant_id and c.id = p.sub_id;
alter table case_parts force row level security;
alter table cases force row level security;
alter table item_versions force row level security;
