-- Electronic forms in filing: which version of a form a case was filed with, whose
-- row lies under the case's id in the form's own table; which of its fields a
-- supplement opens again; and who changed what of it since (form_edits).

alter table cases
  add column form_id     uuid,
  add column form_number int not null default 0, -- of the version; 0 without a form
  add check ((form_id is null) = (form_number = 0));
alter table case_supplements add column fields jsonb not null default '[]'; -- ids of fields

create table form_edits (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  form_id   uuid not null,
  row_id    uuid not null,
  subject   uuid,
  at        timestamptz not null,
  by_id     text not null,
  by_name   text not null default '',
  step      text not null default '',  -- at which it was changed
  changes   jsonb not null,            -- field, label, before, after; personal data masked
  primary key (tenant_id, id)
);
create index form_edits_row on form_edits (row_id, at);
select row_security('form_edits', 'subtree');
drop policy staff_update on form_edits;
drop policy staff_delete on form_edits;
revoke update, delete on form_edits from liandong_staff, liandong_system;
create policy person_select on form_edits for select to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_insert on form_edits for insert to liandong_person
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant select, insert on form_edits to liandong_person;

-- An applicant may change what she filed while her case waits for it, and only then.
create function form_table_reopen(name text, main text) returns void
language plpgsql set search_path = pg_catalog, public as $$
declare
  hers constant text := $q$subject = nullif(current_setting('app.subject', true), '')::uuid$q$;
  here constant text := $q$tenant_id = nullif(current_setting('app.tenant', true), '')::bigint$q$;
  open constant text := $q$in (select c.id from public.cases c where c.status = 'supplement')$q$;
begin
  if name = main then
    execute format('create policy person_update on formdata.%I for update to liandong_person using (%s and id %s) with check (%s and %s)', name, hers, open, hers, here);
    execute format('grant update on formdata.%I to liandong_person', name);
  else
    execute format('create policy person_delete on formdata.%I for delete to liandong_person using (row_of in (select id from formdata.%I) and row_of %s)', name, main, open);
    execute format('grant delete on formdata.%I to liandong_person', name);
  end if;
end $$;
revoke execute on function form_table_reopen(text, text) from public;

do $$
declare
  t text;
begin
  for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'formdata' and c.relkind = 'r' loop
    perform form_table_reopen(t, regexp_replace(t, '_r[0-9]+$', ''));
  end loop;
end $$;

-- As it was, and the tables that it makes let applicants answer a supplement.
create or replace function form_table(form uuid, part int, columns jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  types  constant text[] := array['text', 'text[]', 'numeric', 'boolean', 'date', 'jsonb'];
  fixed  constant text[] := array['tenant_id', 'id', 'subject', 'form_version', 'ref', 'filed_at', 'filed_by', 'filed_name', 'row_of', 'row_no'];
  main   text := 'f_' || replace(form::text, '-', '');
  name   text := case part when 0 then main else main || '_r' || part end;
  hers   constant text := $q$subject = nullif(current_setting('app.subject', true), '')::uuid$q$;
  here   constant text := $q$tenant_id = nullif(current_setting('app.tenant', true), '')::bigint$q$;
  c      record;
  known  text;
begin
  if not exists (select from forms f where f.id = form and f.tenant_id = nullif(current_setting('app.tenant', true), '')::bigint) then
    raise exception 'no form % in this tenant', form using errcode = 'insufficient_privilege';
  end if;
  if part is null or part < 0 or part > 99 or jsonb_typeof(columns) is distinct from 'object' or (select count(*) from jsonb_object_keys(columns)) > 1200 then
    raise exception 'form_table: bad arguments' using errcode = 'invalid_parameter_value';
  end if;
  for c in select key, value from jsonb_each_text(columns) loop
    if c.key !~ '^[a-z][a-z0-9_]{0,59}$' or c.key = any (fixed) or c.value is null or not c.value = any (types) then
      raise exception 'form_table: bad column % %', c.key, c.value using errcode = 'invalid_parameter_value';
    end if;
  end loop;
  perform pg_advisory_xact_lock(hashtextextended(main, 0));

  if to_regclass(format('formdata.%I', name)) is null then
    if part = 0 then
      execute format($q$create table formdata.%I (
        tenant_id bigint not null references tenants on update cascade, id uuid not null, subject uuid, form_version int not null, ref text not null default '',
        filed_at timestamptz not null, filed_by text not null default '', filed_name text not null default '', primary key (tenant_id, id))$q$, name);
      execute format('create index on formdata.%I (filed_at, tenant_id)', name);
      execute format('create index on formdata.%I (tenant_id, ref)', name);
    else
      execute format($q$create table formdata.%I (
        tenant_id bigint not null references tenants on update cascade, id uuid not null, row_of uuid not null, row_no int not null, primary key (tenant_id, id),
        foreign key (tenant_id, row_of) references formdata.%I on update cascade on delete cascade)$q$, name, main);
      execute format('create index on formdata.%I (row_of)', name);
    end if;
    execute format('alter table formdata.%I alter tenant_id set statistics 1000', name);
    perform row_security(format('formdata.%I', name)::regclass, 'subtree');
    if part = 0 then
      execute format('create policy person_select on formdata.%I for select to liandong_person using (%s)', name, hers);
      execute format('create policy person_insert on formdata.%I for insert to liandong_person with check (%s and %s)', name, hers, here);
    else
      execute format('create policy person_select on formdata.%I for select to liandong_person using (row_of in (select id from formdata.%I))', name, main);
      execute format('create policy person_insert on formdata.%I for insert to liandong_person with check (row_of in (select id from formdata.%I) and %s)', name, main, here);
    end if;
    execute format('grant select, insert on formdata.%I to liandong_person', name);
    perform form_table_reopen(name, main);
  end if;

  for c in select key, value from jsonb_each_text(columns) loop
    select format_type(a.atttypid, null) into known from pg_attribute a
      where a.attrelid = format('formdata.%I', name)::regclass and a.attname = c.key and a.attnum > 0;
    if known is null then
      execute format('alter table formdata.%I add column %I %s', name, c.key, c.value);
    elsif known <> c.value then
      raise exception 'form_table: column % is %, not %', c.key, known, c.value using errcode = 'datatype_mismatch';
    end if;
  end loop;
end $$;
