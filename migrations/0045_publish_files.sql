-- The blank forms and samples of items: uploads of the owner that everybody below
-- her reads once a version that names them is in force. What is published stays as
-- it is, for older versions go on naming it.
alter table files
  add column for_item  boolean not null default false,
  add column published boolean not null default false;

create policy published_staff on files for select to liandong_staff
  using (published and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy published_person on files for select to liandong_person
  using (published and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy published_public on files for select to liandong_public
  using (published and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on files to liandong_public;

create policy published_stays on files as restrictive for update to liandong_staff using (not published) with check (true);
create policy published_kept on files as restrictive for delete to liandong_staff, liandong_person using (not published);
create policy hers_unpublished on files as restrictive for insert to liandong_person with check (not published);
create policy hers_stays on files as restrictive for update to liandong_person using (not published) with check (not published);
