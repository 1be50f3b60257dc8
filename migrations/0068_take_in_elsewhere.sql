-- case_participants (异地通办): what an office took in for another, and how far its case has got. The
-- office reads its own row and nothing else of the case.
create table case_participants (
  tenant_id      bigint not null references tenants on update cascade, -- who took it in (收件地)
  id             uuid not null,
  case_tenant    bigint not null references tenants on update cascade, -- who is competent
  case_place     text not null,
  item_id        uuid not null,
  item_name      text not null,
  applicant_kind text not null check (applicant_kind in ('person', 'legal')),
  applicant_name text not null,
  sealed         text not null,                -- the filing
  files          jsonb not null default '[]',
  state          text not null check (state in ('sent', 'filed', 'refused')),
  reason         text not null default '',     -- why it was not filed
  case_id        uuid,
  case_no        text not null default '',
  case_version   int not null default 0,       -- of the case when its progress was copied
  case_status    text not null default '',
  case_outcome   text not null default '',
  case_step      text not null default '',
  step_kind      text not null default '',
  case_mode      text not null default '',
  closed         boolean not null default false,
  sent_at        timestamptz not null,
  sent_by        text not null,
  sent_name      text not null,
  handed_at      timestamptz,                  -- when the result was handed over there
  handed_to      text not null default '',
  handed_note    text not null default '',
  handed_done    boolean not null default false,
  primary key (tenant_id, id),
  check ((state = 'filed') = (case_id is not null))
);
create index case_participants_sent on case_participants (sent_at) where state = 'sent';
create index case_participants_open on case_participants (case_tenant, case_id) where state = 'filed' and not closed;
create index case_participants_list on case_participants (tenant_id, sent_at);
select row_security('case_participants', 'subtree');

alter table cases add taken_tenant bigint references tenants on update cascade; -- the office that took it in for this one
alter table cases add taken_name text not null default '';
