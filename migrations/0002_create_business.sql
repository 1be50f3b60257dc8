-- Items, flows, cases, files, supervision, sites, notices.

-- items (事项): each level defines its own, everybody below reads what is published.
create table items (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  basic_code text not null,
  name       text not null,
  kind       text not null,
  state      text not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
  live_id    uuid,
  created_at timestamptz not null,
  version    int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, basic_code)
);
create index items_id on items (id);
create table flows (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  name       text not null,
  xml        text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index flows_id on flows (id);
create table item_versions (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  item_id       uuid not null,
  number        int not null,
  state         text not null default 'draft' check (state in ('draft', 'reviewing', 'published', 'replaced', 'withdrawn')),
  body          jsonb not null,
  flow_id       uuid,
  author_id     text not null,
  author_name   text not null,
  reviewer_id   text,
  reviewer_name text,
  opinion       text not null default '',
  published_at  timestamptz,
  ended_at      timestamptz,
  updated_at    timestamptz not null,
  version       int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, item_id, number),
  foreign key (tenant_id, item_id) references items on update cascade,
  foreign key (tenant_id, flow_id) references flows on update cascade
);
create index item_versions_id on item_versions (id);
create unique index item_versions_open on item_versions (tenant_id, item_id) where state in ('draft', 'reviewing');
alter table items add foreign key (tenant_id, live_id) references item_versions (tenant_id, id) on update cascade;
-- an override (差异化) is what one tenant changes, field by field, for itself and everybody below it.
create table item_overrides (
  tenant_id   bigint not null references tenants on update cascade,
  item_tenant bigint not null,
  item_id     uuid not null,
  fields      jsonb not null,
  updated_at  timestamptz not null,
  updated_by  text not null,
  version     int not null default 1,
  primary key (tenant_id, item_id),
  foreign key (item_tenant, item_id) references items (tenant_id, id) on update cascade
);
select row_security(t::regclass, 'cascade') from unnest(array['items', 'flows', 'item_versions', 'item_overrides']) t;
-- What a higher level has not published yet is not for the levels below.
drop policy staff_select on items;
create policy staff_select on items for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
drop policy staff_select on item_versions;
create policy staff_select on item_versions for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state not in ('draft', 'reviewing') and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on items for select to liandong_person, liandong_public
  using (state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on item_versions for select to liandong_person, liandong_public
  using (state in ('published', 'replaced', 'withdrawn') and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on flows for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on item_overrides for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on items, item_versions, flows, item_overrides to liandong_person, liandong_public;

-- cases (办件): tenant_id is where the case was born, at_tenant where it stands now.
create table case_numbers (
  tenant_id bigint not null references tenants on update cascade,
  day       date not null,
  last      int not null,
  primary key (tenant_id, day)
);
create table cases (
  tenant_id        bigint not null references tenants on update cascade,
  id               uuid not null,
  no               text not null,
  item_tenant      bigint not null,
  item_id          uuid not null,
  item_version_id  uuid not null,
  item_name        text not null,
  flow_tenant      bigint not null,
  flow_id          uuid not null,
  subject          uuid,
  applicant_kind   text not null check (applicant_kind in ('person', 'legal')),
  applicant_name   text not null,
  applicant_sealed text not null,
  applicant_blind  text not null,
  phone_sealed     text not null,
  phone_blind      text not null,
  address_sealed   text not null default '',
  form             jsonb not null default '{}',
  channel          text not null check (channel in ('online', 'window', 'assisted')),
  helper_id        text not null default '',
  helper_name      text not null default '',
  status           text not null check (status in ('submitted', 'supplement', 'handling', 'completed', 'refused', 'withdrawn')),
  outcome          text not null default '' check (outcome in ('', 'granted', 'denied')),
  at_tenant        bigint not null references tenants on update cascade,
  step_id          text not null default '',
  step_name        text not null default '',
  step_kind        text not null default '',
  step_post        text not null default '',
  step_seq         int not null default 0,
  step_due_at      timestamptz,
  statutory_days   int not null,
  promised_days    int not null,
  accept_no        text not null default '',
  accepted_at      timestamptz,
  accepted_by      text not null default '',
  due_at           timestamptz,
  suspended_at     timestamptz,
  decided_at       timestamptz,
  decided_by       text not null default '',
  ended_at         timestamptz,
  created_at       timestamptz not null,
  version          int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, no),
  foreign key (item_tenant, item_version_id) references item_versions (tenant_id, id) on update cascade,
  foreign key (flow_tenant, flow_id) references flows (tenant_id, id) on update cascade
);
alter table cases alter tenant_id set statistics 1000;
create index cases_id on cases (id);
create index cases_tenant_created on cases (tenant_id, created_at);
create index cases_created_tenant on cases (created_at, tenant_id);
create index cases_open_tenant on cases (tenant_id, created_at) where ended_at is null;
create index cases_open_created on cases (created_at, tenant_id) where ended_at is null;
create index cases_at on cases (at_tenant, created_at) where ended_at is null;
create index cases_due on cases (tenant_id, due_at) where ended_at is null and suspended_at is null;
create index cases_step_due on cases (tenant_id, step_due_at) where ended_at is null and suspended_at is null;
create index cases_subject on cases (subject, created_at) where subject is not null;
create index cases_phone on cases (tenant_id, phone_blind);
create index cases_applicant on cases (tenant_id, applicant_blind);
create table case_steps (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  case_id    uuid not null,
  seq        int not null,
  step_id    text not null,
  name       text not null,
  kind       text not null,
  post       text not null,
  at_tenant  bigint not null references tenants on update cascade,
  at_name    text not null,
  limit_days int not null,
  entered_at timestamptz not null,
  due_at     timestamptz,
  ended_at   timestamptz,
  used_days  int,
  act        text not null default '',
  opinion    text not null default '',
  actor_id   text not null default '',
  actor_name text not null default '',
  primary key (tenant_id, id),
  unique (tenant_id, case_id, seq),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create table case_clocks (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  case_id   uuid not null,
  kind      text not null check (kind in ('running', 'suspended')),
  reason    text not null,
  from_at   timestamptz not null,
  to_at     timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index case_clocks_case on case_clocks (tenant_id, case_id, from_at);
create table case_supplements (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  case_id     uuid not null,
  no          text not null,
  wanted      jsonb not null,
  note        text not null default '',
  asked_at    timestamptz not null,
  asked_by    text not null,
  answer_by   timestamptz not null,
  answered_at timestamptz,
  answer      text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create unique index case_supplements_open on case_supplements (tenant_id, case_id) where answered_at is null;
create table files (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  case_id     uuid,
  step_seq    int not null default 0,
  subject     uuid,
  material    text not null default '',
  name        text not null,
  media_type  text not null,
  size        bigint not null,
  sha256      bytea not null,
  key         text not null,
  uploader_id text not null,
  uploaded_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index files_id on files (id);
create index files_case on files (tenant_id, case_id);
create table case_drafts (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  subject    uuid not null,
  item_id    uuid not null,
  form       jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, subject, item_id)
);
select row_security(t::regclass, 'subtree') from unnest(array['case_numbers', 'cases', 'case_steps', 'case_clocks', 'case_supplements', 'files', 'case_drafts']) t;

-- Whoever does not hold the case cannot change it, whatever policy says: it must stand at her level.
drop policy staff_update on cases;
create policy staff_update on cases for update to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    and at_tenant = nullif(current_setting('app.tenant', true), '')::bigint)
  with check (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint);
drop policy staff_delete on cases;

-- Citizens: rows whose subject is theirs; what hangs on a case follows the case.
create policy person_select on cases for select to liandong_person using (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_insert on cases for insert to liandong_person
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
create policy person_update on cases for update to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid and status in ('submitted', 'supplement'))
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_select on case_steps for select to liandong_person using (case_id in (select id from cases));
create policy person_write on case_steps for insert to liandong_person with check (case_id in (select id from cases));
create policy person_update on case_steps for update to liandong_person using (case_id in (select id from cases));
create policy person_select on case_clocks for select to liandong_person using (case_id in (select id from cases));
create policy person_write on case_clocks for insert to liandong_person with check (case_id in (select id from cases));
create policy person_update on case_clocks for update to liandong_person using (case_id in (select id from cases));
create policy person_select on case_supplements for select to liandong_person using (case_id in (select id from cases));
create policy person_update on case_supplements for update to liandong_person using (case_id in (select id from cases));
create policy person_all on files for all to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid or case_id in (select id from cases))
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_all on case_drafts for all to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid)
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
create policy person_all on case_numbers for all to liandong_person
  using (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant select, insert, update on cases, case_steps, case_clocks, case_numbers to liandong_person;
grant select, update on case_supplements to liandong_person;
grant select, insert, update, delete on files, case_drafts to liandong_person;

-- dashboards read folded totals: every change of a case leaves a delta, a job folds them for every ancestor.
create table case_deltas (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  day       date not null,
  measure   text not null,
  n         int not null,
  primary key (tenant_id, id)
);
create table case_totals (
  tenant_id bigint not null references tenants on update cascade,
  measure   text not null,
  n         bigint not null,
  primary key (tenant_id, measure)
);
create table case_days (
  tenant_id bigint not null references tenants on update cascade,
  day       date not null,
  measure   text not null,
  n         bigint not null,
  primary key (tenant_id, day, measure)
);
select row_security(t::regclass, 'subtree') from unnest(array['case_deltas', 'case_totals', 'case_days']) t;
create policy person_insert on case_deltas for insert to liandong_person
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant insert on case_deltas to liandong_person;
create policy relay_all on case_deltas for all to liandong_relay using (true) with check (true);
create policy relay_all on case_totals for all to liandong_relay using (true) with check (true);
create policy relay_all on case_days for all to liandong_relay using (true) with check (true);
grant select, insert, update, delete on case_deltas, case_totals, case_days to liandong_relay;

-- supervision (电子监察): rules cascade and may only be tightened; cards belong to the office that is late.
create table supervision_rules (
  tenant_id      bigint not null references tenants on update cascade,
  id             uuid not null,
  scope          text not null check (scope in ('case', 'step')),
  warn_days      int not null check (warn_days between 0 and 60),
  yellow_percent int not null check (yellow_percent between 1 and 100),
  answer_days    int not null check (answer_days between 1 and 60),
  updated_at     timestamptz not null,
  updated_by     text not null,
  version        int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, scope)
);
select row_security('supervision_rules', 'cascade');
create table cards (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  case_tenant bigint not null,
  case_id     uuid not null,
  case_no     text not null,
  item_name   text not null,
  scope       text not null,
  step_seq    int not null,
  step_name   text not null,
  colour      text not null check (colour in ('warning', 'yellow', 'red')),
  rule_tenant bigint not null,
  due_at      timestamptz not null,
  raised_at   timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'ordered', 'closed', 'withdrawn')),
  closed_at   timestamptz,
  closed_by   text not null default '',
  reason      text not null default '',
  version     int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, case_id, scope, step_seq, colour),
  foreign key (case_tenant, case_id) references cases (tenant_id, id) on update cascade
);
create index cards_id on cards (id);
create index cards_raised on cards (tenant_id, raised_at);
create table supervision_orders (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  no            text not null,
  card_id       uuid not null,
  issuer_tenant bigint not null references tenants on update cascade,
  issuer_id     text not null,
  issuer_name   text not null,
  demand        text not null,
  issued_at     timestamptz not null,
  answer_by     timestamptz not null,
  answer        text not null default '',
  answered_at   timestamptz,
  answerer_id   text not null default '',
  answerer_name text not null default '',
  closed_at     timestamptz,
  closed_by     text not null default '',
  verdict       text not null default '',
  state         text not null default 'issued' check (state in ('issued', 'answered', 'returned', 'closed')),
  version       int not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, card_id) references cards on update cascade
);
create index supervision_orders_id on supervision_orders (id);
select row_security('cards', 'subtree'), row_security('supervision_orders', 'subtree');

-- sites (站点): settings inherit field by field, articles cascade when marked.
create table sites (
  tenant_id bigint primary key references tenants on update cascade,
  settings  jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null,
  version   int not null default 1
);
create table articles (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  section      text not null,
  title        text not null,
  body         text not null,
  cascades     boolean not null default false,
  state        text not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
  published_at timestamptz,
  author_name  text not null,
  updated_at   timestamptz not null,
  version      int not null default 1,
  primary key (tenant_id, id)
);
create index articles_published on articles (tenant_id, published_at desc) where state = 'published';
select row_security('sites', 'cascade'), row_security('articles', 'cascade');
create policy anyone_select on sites for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on articles for select to liandong_person, liandong_public
  using (state = 'published' and (cascades or tenant_id = nullif(current_setting('app.tenant', true), '')::bigint)
    and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on sites, articles to liandong_person, liandong_public;

-- notices (消息): to a person, or to whoever holds a role in a tenant.
create table notices (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  event_id   uuid not null,
  subject    uuid,
  role       text not null default '',
  kind       text not null,
  params     jsonb not null,
  link       text not null,
  created_at timestamptz not null,
  read_at    timestamptz,
  read_by    text not null default '',
  primary key (tenant_id, id)
);
create unique index notices_once on notices (tenant_id, event_id, kind, role, coalesce(subject, '00000000-0000-0000-0000-000000000000'));
create index notices_subject on notices (subject, created_at desc) where subject is not null;
create index notices_tenant on notices (tenant_id, created_at desc);
create table messages (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  event_id     uuid not null,
  kind         text not null,
  phone_sealed text not null,
  params       jsonb not null,
  state        text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
  tries        int not null default 0,
  error        text not null default '',
  created_at   timestamptz not null,
  sent_at      timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, event_id, kind, phone_sealed)
);
select row_security('notices', 'subtree'), row_security('messages', 'subtree');
create policy person_select on notices for select to liandong_person using (subject = nullif(current_setting('app.subject', true), '')::uuid);
create policy person_update on notices for update to liandong_person using (subject = nullif(current_setting('app.subject', true), '')::uuid);
grant select, update on notices to liandong_person;
