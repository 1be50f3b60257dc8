-- Joint handling (并联审批): one application, and a case of its own for each item that it brings about.

alter table cases add joint_id uuid;                   -- the joint case that it is a part of
alter table cases add part text not null default '';   -- which part
alter table cases add parts int not null default 0;    -- of a joint case: of how many it is made
alter table cases add foreign key (tenant_id, joint_id) references cases (tenant_id, id) on update cascade;
create index cases_joint on cases (tenant_id, joint_id) where joint_id is not null;

-- case_parts (组成部分): what a joint case is made of, and how far each has got.
create table case_parts (
  tenant_id  bigint not null references tenants on update cascade,
  case_id    uuid not null,
  key        text not null,
  stage      int not null,
  item_id    uuid not null,
  name       text not null,
  department text not null default '',
  choices    jsonb not null default '[]',
  reviews    jsonb not null default '[]', -- what it takes part in together with others
  sub_id     uuid,                        -- its case, once it has begun
  state      text not null default 'waiting' check (state in ('waiting', 'running', 'ended', 'skipped')),
  outcome    text not null default '',
  why        text not null default '',    -- why it could not begin, or was left out
  begun_at   timestamptz,
  ended_at   timestamptz,
  primary key (tenant_id, case_id, key),
  foreign key (tenant_id, case_id) references cases (tenant_id, id) on update cascade,
  foreign key (tenant_id, sub_id) references cases (tenant_id, id) on update cascade,
  check ((state = 'waiting') = (begun_at is null and ended_at is null))
);
select row_security('case_parts', 'subtree');
drop policy staff_delete on case_parts;
revoke delete on case_parts from liandong_staff, liandong_system;
create policy person_select on case_parts for select to liandong_person using (case_id in (select id from cases));
create policy person_insert on case_parts for insert to liandong_person with check (case_id in (select id from cases));
grant select, insert on case_parts to liandong_person;

-- A joint review is a turn of the joint case; what each office says of it is one of its own case.
alter table case_procedures drop constraint case_procedures_kind_check;
alter table case_procedures add constraint case_procedures_kind_check check (kind in
  ('extension', 'special', 'suspension', 'tolerance', 'consultation', 'referral', 'voiding', 'reopening', 'archiving', 'originals', 'trip', 'gathering', 'voice'));
alter table case_procedures add of_id uuid; -- of a voice: the review that it is about
create index case_procedures_of on case_procedures (tenant_id, of_id) where of_id is not null;
