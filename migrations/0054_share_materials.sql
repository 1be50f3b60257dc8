-- What was handed in once need not be handed in again.

-- materials (共享材料): what an applicant handed in with a case that was accepted, or was given by one, with its grade
-- of trust (国办函〔2016〕108号). It lies where it was handed in; the file is that of the case.
create table materials (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  subject      uuid, -- whose library it is in; null: an applicant without an account
  holder_kind  text not null check (holder_kind in ('person', 'legal')),
  holder_name  text not null,
  holder_blind text not null, -- of the ID number or the credit code
  name         text not null,
  name_key     text not null, -- the name without marks, to match by
  file_id      uuid not null,
  file_name    text not null,
  media_type   text not null,
  size         bigint not null,
  grade        text not null check (grade in ('A', 'B', 'C', 'D')),
  basis        text not null, -- why it has that grade
  case_id      uuid not null,
  case_no      text not null,
  item_name    text not null,
  handed_at    timestamptz not null,
  graded_at    timestamptz not null,
  graded_name  text not null default '', -- who checked it against the original
  valid_until  date, -- the last day on which it may be used; null: until it is replaced
  state        text not null default 'held' check (state in ('held', 'rejected', 'removed')),
  version      int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, file_id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index materials_subject on materials (subject, name_key) where subject is not null;
create index materials_holder on materials (tenant_id, holder_blind, name_key);
-- material_uses (使用记录): one use in a case, with what was known of the material then, and what the office made of it.
create table material_uses (
  tenant_id       bigint not null references tenants on update cascade, -- where it is used
  id              uuid not null,
  material_tenant bigint not null,
  material_id     uuid not null,
  subject         uuid,
  file_id         uuid not null, -- the copy, of the case in which it is used
  name            text not null,
  grade           text not null,
  basis           text not null,
  origin          text not null, -- where it came from, in words
  handed_at       timestamptz not null,
  valid_until     date,
  used_at         timestamptz not null,
  used_by         text not null,
  verdict         text not null default '' check (verdict in ('', 'accepted', 'rejected', 'graded')),
  verdict_grade   text not null default '',
  reason          text not null default '',
  judged_at       timestamptz,
  judged_name     text not null default '',
  primary key (tenant_id, id),
  unique (tenant_id, file_id),
  foreign key (tenant_id, file_id) references files on update cascade on delete cascade,
  foreign key (material_tenant, material_id) references materials (tenant_id, id) on update cascade
);
create index material_uses_material on material_uses (material_tenant, material_id);
select row_security(t::regclass, 'subtree') from unnest(array['materials', 'material_uses']) t;
-- Jobs keep the library: an office writes only what it makes of a use. Nothing is forgotten.
drop policy staff_insert on materials;
drop policy staff_update on materials;
drop policy staff_delete on materials;
revoke insert, update, delete on materials from liandong_staff;
revoke delete on materials from liandong_system;
drop policy staff_delete on material_uses;
revoke delete on material_uses from liandong_staff, liandong_system;
-- She sees what is hers, wherever it lies, and may take it out of her library; she records what she uses.
create policy person_select on materials for select to liandong_person using (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_remove on materials for update to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid)
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and state = 'removed');
create policy person_select on material_uses for select to liandong_person using (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_insert on material_uses for insert to liandong_person
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint and verdict = '');
grant select, update on materials to liandong_person;
grant select, insert on material_uses to liandong_person;
