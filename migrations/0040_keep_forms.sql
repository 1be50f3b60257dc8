-- Electronic forms (电子表单): what is being designed (form_steps, with its undo),
-- what was published and never changes (form_versions), and what is being filled in
-- (form_drafts, sealed). What was submitted lies in typed tables of the schema
-- formdata, one per form: see 0041.

create table forms (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  title       text not null,
  state       text not null check (state in ('draft', 'published', 'withdrawn')),
  step        int not null default 0,       -- the one of form_steps that is worked on
  published   int not null default 0,       -- the newest version
  author_id   text not null default '',     -- who changed it last
  author_name text not null default '',
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  version     int not null default 1,
  primary key (tenant_id, id)
);
create unique index forms_id on forms (id);
create table form_steps (
  tenant_id bigint not null references tenants on update cascade,
  form_id   uuid not null,
  seq       int not null,
  schema    jsonb not null,
  what      text not null,
  at        timestamptz not null,
  by_name   text not null default '',
  primary key (tenant_id, form_id, seq),
  foreign key (tenant_id, form_id) references forms on update cascade
);
create table form_versions (
  tenant_id    bigint not null references tenants on update cascade,
  form_id      uuid not null,
  number       int not null,
  schema       jsonb not null,
  mapping      jsonb not null,              -- which field lies in which column
  note         text not null default '',
  published_at timestamptz not null,
  published_by text not null default '',
  primary key (tenant_id, form_id, number),
  foreign key (tenant_id, form_id) references forms on update cascade
);
create table form_drafts (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  subject      uuid not null,
  form_tenant  bigint not null,
  form_id      uuid not null,
  form_version int not null,
  ref          text not null default '',    -- what it is filled in for: an item, a case
  sealed       text not null,
  touched      jsonb not null,              -- which field was saved last at which version, when, on which device
  version      int not null default 1,
  state        text not null check (state in ('open', 'filed')),
  begun_at     timestamptz not null,
  updated_at   timestamptz not null,
  primary key (tenant_id, id),
  foreign key (form_tenant, form_id, form_version) references form_versions (tenant_id, form_id, number) on update cascade
);
create unique index form_drafts_one on form_drafts (tenant_id, subject, form_id, ref) where state = 'open';
create index form_drafts_id on form_drafts (id);

select row_security('forms', 'cascade'), row_security('form_versions', 'cascade'), row_security('form_steps', 'subtree'), row_security('form_drafts', 'subtree');

-- A form that was never published is nobody's business below.
drop policy staff_select on forms;
create policy staff_select on forms for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on forms for select to liandong_person, liandong_public
  using (state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on form_versions for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on forms, form_versions to liandong_person, liandong_public;

-- What was published never changes.
drop policy staff_update on form_versions;
drop policy staff_delete on form_versions;
revoke update, delete on form_versions from liandong_staff, liandong_system;

create policy person_all on form_drafts for all to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid)
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant select, insert, update, delete on form_drafts to liandong_person;
