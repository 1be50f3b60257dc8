-- Filters of a list that somebody keeps under a name in one of her posts (常用筛选). No personal data: what
-- she searched for is left out.
create table case_views (
  tenant_id  bigint not null references tenants on update cascade, -- of the post
  id         uuid not null,
  actor_id   uuid not null,
  list       text not null,
  name       text not null,
  query      text not null,
  seq        int not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index case_views_name on case_views (tenant_id, actor_id, list, name);
do $$
declare
  mine constant text := $q$tenant_id = nullif(current_setting('app.tenant', true), '')::bigint and actor_id = nullif(current_setting('app.subject', true), '')::uuid$q$;
begin
  perform row_security('case_views', 'subtree');
  drop policy staff_select on case_views;
  drop policy staff_insert on case_views;
  drop policy staff_update on case_views;
  drop policy staff_delete on case_views;
  execute format('create policy staff_own on case_views for all to liandong_staff using (%s) with check (%s)', mine, mine);
end $$;
