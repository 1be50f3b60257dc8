-- urges (催办): who asked to hurry, when, at which step.
create table case_urges (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  case_id   uuid not null,
  step_name text not null,
  at_tenant bigint not null references tenants on update cascade,
  by_id     text not null,
  by_name   text not null,
  by_place  text not null default '',
  note      text not null default '',
  day       date not null,
  urged_at  timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create unique index case_urges_once on case_urges (tenant_id, case_id, by_id, day);
select row_security('case_urges', 'subtree');
create policy person_select on case_urges for select to liandong_person using (case_id in (select id from cases));
create policy person_insert on case_urges for insert to liandong_person with check (case_id in (select id from cases));
grant select, insert on case_urges to liandong_person;

-- A case that waits for its applicant may be answered for her at the window where it was born,
-- wherever it stands; everything else is still for the level that holds it.
drop policy staff_update on cases;
create policy staff_update on cases for update to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    and (at_tenant = nullif(current_setting('app.tenant', true), '')::bigint
      or status = 'supplement' and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint))
  with check (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint);
