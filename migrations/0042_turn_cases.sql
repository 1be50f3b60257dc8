-- The turns that the law allows a case beside its steps.

-- case_procedures (程序记录): what was asked for, ordered or tolerated, until when, and how it ended.
create table case_procedures (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  case_id     uuid not null,
  kind        text not null check (kind in ('extension', 'special', 'suspension', 'tolerance', 'consultation', 'referral', 'voiding', 'reopening', 'archiving')),
  name        text not null default '', -- of the special procedure, of the tolerated material
  reason      text not null,
  basis       text not null default '',
  days        int not null default 0, -- working days asked for or announced
  until       timestamptz,
  state       text not null check (state in ('asked', 'open', 'approved', 'refused', 'ended')),
  step_name   text not null default '',
  at_tenant   bigint not null references tenants on update cascade,
  to_tenant   bigint references tenants on update cascade,
  to_name     text not null default '',
  begun_at    timestamptz not null,
  begun_by    text not null,
  begun_name  text not null,
  answer      text not null default '',
  ended_at    timestamptz,
  ended_by    text not null default '',
  ended_name  text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade,
  check ((state in ('asked', 'open')) = (ended_at is null))
);
create index case_procedures_case on case_procedures (tenant_id, case_id, begun_at);
create index case_procedures_open on case_procedures (to_tenant, begun_at) where ended_at is null and to_tenant is not null;
-- A limit is extended once (行政许可法 art. 42), and only one thing at a time keeps the clock from running.
create unique index case_procedures_extended on case_procedures (tenant_id, case_id) where kind = 'extension' and state in ('asked', 'approved');
create unique index case_procedures_standing on case_procedures (tenant_id, case_id) where kind in ('special', 'suspension') and state = 'open';
select row_security('case_procedures', 'subtree');
drop policy staff_delete on case_procedures;
revoke delete on case_procedures from liandong_staff, liandong_system;
create policy person_select on case_procedures for select to liandong_person using (case_id in (select id from cases));
create policy person_update on case_procedures for update to liandong_person using (case_id in (select id from cases) and kind = 'tolerance');
grant select, update on case_procedures to liandong_person;

alter table cases add extended_days int not null default 0; -- working days, once approved
alter table cases add assignee_id text not null default ''; -- to whom the step was referred; empty: the post
alter table cases add assignee_name text not null default '';
alter table cases add archived_at timestamptz;
alter table cases drop constraint cases_status_check;
alter table cases add constraint cases_status_check check (status in ('submitted', 'supplement', 'handling', 'completed', 'refused', 'withdrawn', 'voided'));
alter table cases drop constraint cases_outcome_check;
alter table cases add constraint cases_outcome_check check (outcome in ('', 'granted', 'denied', 'forwarded'));
