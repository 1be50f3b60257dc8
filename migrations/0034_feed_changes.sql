-- item_changes (变更): what happened to the items that a tenant and everybody below it offer,
-- by the number that item_marks then had. The number is taken under a row lock that is held
-- to the commit, so per tenant it rises in the order of commits: who has read up to n has
-- missed nothing before n. Rows are never changed and never deleted.
create table item_changes (
  tenant_id  bigint not null references tenants on update cascade,
  n          bigint not null,
  item_id    uuid not null,
  version_id uuid,
  what       text not null,
  at         timestamptz not null,
  primary key (tenant_id, n)
);
select row_security('item_changes', 'cascade');
drop policy staff_update on item_changes;
drop policy staff_delete on item_changes;
revoke update, delete on item_changes from liandong_staff, liandong_system;
create policy anyone_select on item_changes for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on item_changes to liandong_person, liandong_public;
