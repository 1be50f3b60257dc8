-- The floor: tenants, people's posts and grants, audit, outbox, calendar.
-- Row security follows three shapes, written by row_security() below:
--   subtree  staff and jobs see their interval, write their own node and the one that policy opened (app.act)
--   cascade  the same, and everybody reads what stands at an ancestor
--   (extra policies for citizens and the courier are spelled beside their tables)
-- The settings are read in the policies themselves: the planner then estimates with the real value.

create function row_security(t regclass, shape text) returns void language plpgsql as $$
declare
  lo   constant text := $q$nullif(current_setting('app.lo', true), '')::bigint$q$;
  hi   constant text := $q$nullif(current_setting('app.hi', true), '')::bigint$q$;
  own  constant text := $q$nullif(current_setting('app.tenant', true), '')::bigint$q$;
  act  constant text := $q$nullif(current_setting('app.act', true), '')::bigint$q$;
  anc  constant text := $q$tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[])$q$;
  seen text := format('tenant_id between %s and %s', lo, hi);
  mine text := format('tenant_id between %s and %s and (tenant_id = %s or tenant_id = %s)', lo, hi, own, act);
begin
  execute format('alter table %s enable row level security, force row level security', t);
  execute format('create policy staff_insert on %s for insert to liandong_staff with check (%s)', t, mine);
  execute format('create policy staff_update on %s for update to liandong_staff using (%s) with check (%s)', t, mine, mine);
  execute format('create policy staff_delete on %s for delete to liandong_staff using (%s)', t, mine);
  execute format('create policy system_write on %s for all to liandong_system using (%s) with check (%s)', t, seen, seen);
  if shape = 'cascade' then
    execute format('create policy staff_select on %s for select to liandong_staff using (%s or %s)', t, seen, anc);
    execute format('create policy system_select on %s for select to liandong_system using (%s)', t, anc);
  else
    execute format('create policy staff_select on %s for select to liandong_staff using (%s)', t, seen);
  end if;
  execute format('grant select, insert, update, delete on %s to liandong_staff, liandong_system', t);
end $$;

-- tenants (租户): the tree. The label is the key; names and codes are public.
create table tenants (
  tenant_id   bigint primary key,
  hi          bigint not null,
  parent_id   bigint references tenants on update cascade,
  level       text not null,
  code        text not null,
  name        text not null,
  host        text,
  state       text not null default 'open' check (state in ('open', 'merged', 'closed')),
  merged_into bigint references tenants on update cascade,
  version     int not null default 1,
  created_at  timestamptz not null default now(),
  check (hi >= tenant_id),
  check ((parent_id is null) = (tenant_id = 0))
);
alter table tenants alter tenant_id set statistics 1000;
create unique index tenants_code on tenants (code) where state = 'open';
create unique index tenants_host on tenants (host) where host is not null;
create index tenants_parent on tenants (parent_id, tenant_id);
insert into tenants (tenant_id, hi, level, code, name) values (0, 999999999999999, 'platform', '000000000000', '平台');
select row_security('tenants', 'subtree');
drop policy staff_select on tenants;
create policy everybody_select on tenants for select using (true);
grant select on tenants to liandong_person, liandong_public, liandong_relay;

-- slots that were ever given out: a label is never used twice.
create table tenant_slots (
  tenant_id bigint not null references tenants on update cascade,
  label     bigint primary key,
  given_at  timestamptz not null default now()
);
select row_security('tenant_slots', 'subtree');

create table tenant_history (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  at         timestamptz not null,
  change     text not null check (change in ('added', 'renamed', 'moved', 'merged', 'closed')),
  before     jsonb not null default '{}',
  after      jsonb not null default '{}',
  reason     text not null default '',
  actor_id   text not null,
  actor_name text not null,
  primary key (tenant_id, id)
);
select row_security('tenant_history', 'subtree');

-- audit (审计): append only; sealed into one hash chain per tenant by a job.
create table audit_rows (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  at           timestamptz not null,
  actor_kind   text not null,
  actor_id     text not null,
  actor_name   text not null,
  actor_tenant bigint not null,
  action       text not null,
  kind         text not null,
  object       text not null,
  detail       jsonb not null,
  request_id   text not null,
  primary key (tenant_id, id)
);
create index audit_rows_at on audit_rows (tenant_id, at desc);
create index audit_rows_object on audit_rows (tenant_id, kind, object);
create table audit_seals (
  tenant_id bigint not null references tenants on update cascade,
  seq       bigint not null,
  audit_id  uuid not null,
  prev      bytea not null,
  hash      bytea not null,
  sealed_at timestamptz not null,
  primary key (tenant_id, seq),
  unique (tenant_id, audit_id)
);
select row_security('audit_rows', 'subtree'), row_security('audit_seals', 'subtree');
create policy anyone_insert on audit_rows for insert to liandong_person, liandong_public
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant insert on audit_rows to liandong_person, liandong_public;
revoke update, delete on audit_rows, audit_seals from liandong_staff, liandong_system;

-- outbox and inbox: facts leave with the transaction that made them, and are handled once.
create table outbox (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  name       text not null,
  body       jsonb not null,
  actor_id   text not null,
  actor_name text not null,
  request_id text not null,
  created_at timestamptz not null,
  sent_at    timestamptz,
  primary key (tenant_id, id)
);
create index outbox_unsent on outbox (id) where sent_at is null;
create table inbox (
  tenant_id  bigint not null references tenants on update cascade,
  event_id   uuid not null,
  subscriber text not null,
  handled_at timestamptz not null,
  primary key (tenant_id, event_id, subscriber)
);
select row_security('outbox', 'subtree'), row_security('inbox', 'subtree');
create policy anyone_insert on outbox for insert to liandong_person, liandong_public
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant insert on outbox to liandong_person, liandong_public;
create policy relay_all on outbox for all to liandong_relay using (true) with check (true);
create policy relay_select on inbox for select to liandong_relay using (true);
grant select, update, delete on outbox to liandong_relay;
grant select on inbox to liandong_relay;

-- calendar (工作日历): exceptions to the official calendar; the nearest level wins.
create table calendar_days (
  tenant_id bigint not null references tenants on update cascade,
  day       date not null,
  working   boolean not null,
  name      text not null,
  source    text not null default '',
  primary key (tenant_id, day)
);
select row_security('calendar_days', 'cascade');
create policy anyone_select on calendar_days for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on calendar_days to liandong_person, liandong_public;

-- idempotency: a repeated submit gets the first answer. Citizens' keys are theirs alone.
create table idempotency (
  tenant_id  bigint not null references tenants on update cascade,
  actor_id   text not null,
  key        text not null,
  answer     text not null,
  created_at timestamptz not null,
  primary key (tenant_id, actor_id, key)
);
select row_security('idempotency', 'subtree');
create policy person_all on idempotency for all to liandong_person
  using (actor_id = nullif(current_setting('app.subject', true), '') and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant select, insert on idempotency to liandong_person;

-- logging in: failures and ended sessions live at the platform node, seen by no staff role of any tenant.
create table login_attempts (
  tenant_id    bigint not null references tenants on update cascade,
  key          text not null,
  failures     int not null,
  first_at     timestamptz not null,
  locked_until timestamptz,
  primary key (tenant_id, key)
);
create table ended_sessions (
  tenant_id  bigint not null references tenants on update cascade,
  session_id text not null,
  until      timestamptz not null,
  primary key (tenant_id, session_id)
);
select row_security('login_attempts', 'subtree'), row_security('ended_sessions', 'subtree');
revoke all on login_attempts, ended_sessions from liandong_staff;

-- org: departments (部门), posts (岗位), appointments (任职), grants (授权).
create table departments (
  tenant_id bigint not null references tenants on update cascade,
  id        uuid not null,
  name      text not null,
  code      text not null default '',
  phone     text not null default '',
  sort      int not null default 0,
  state     text not null default 'open' check (state in ('open', 'closed')),
  version   int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create table posts (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  department_id uuid not null,
  name          text not null,
  roles         text[] not null,
  state         text not null default 'open' check (state in ('open', 'closed')),
  version       int not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, department_id) references departments on update cascade
);
create table grants (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  hi            bigint not null,
  tier          int not null check (tier between 1 and 3),
  roles         text[] not null,
  holder_id     uuid not null,
  holder_name   text not null,
  parent_tenant bigint,
  parent_id     uuid,
  from_on       date not null,
  until_on      date,
  granted_by    text not null,
  granted_at    timestamptz not null,
  revoked_at    timestamptz,
  revoked_by    text,
  reason        text not null default '',
  primary key (tenant_id, id),
  foreign key (parent_tenant, parent_id) references grants (tenant_id, id) on update cascade,
  check ((tier = 1) = (parent_id is null))
);
create unique index grants_once on grants (tenant_id, holder_id) where revoked_at is null;
create index grants_holder on grants (holder_id) where revoked_at is null;
create index grants_parent on grants (parent_id);
create table appointments (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  post_id      uuid not null,
  holder_id    uuid not null,
  holder_name  text not null,
  grant_tenant bigint not null,
  grant_id     uuid not null,
  from_on      date not null,
  until_on     date,
  appointed_by text not null,
  appointed_at timestamptz not null,
  revoked_at   timestamptz,
  revoked_by   text,
  reason       text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, post_id) references posts on update cascade,
  foreign key (grant_tenant, grant_id) references grants (tenant_id, id) on update cascade
);
create unique index appointments_once on appointments (tenant_id, post_id, holder_id) where revoked_at is null;
create index appointments_holder on appointments (holder_id) where revoked_at is null;
create index appointments_grant on appointments (grant_id);
select row_security(t::regclass, 'subtree') from unnest(array['departments', 'posts', 'grants', 'appointments']) t;
-- People read the posts and grants that they hold: this is how a log-in finds where it may work.
create policy holder_select on grants for select to liandong_person using (holder_id = nullif(current_setting('app.subject', true), '')::uuid);
create policy holder_select on appointments for select to liandong_person using (holder_id = nullif(current_setting('app.subject', true), '')::uuid);
create policy holder_select on posts for select to liandong_person using (id in (select post_id from appointments));
create policy holder_select on departments for select to liandong_person using (id in (select department_id from posts));
grant select on grants, appointments, posts, departments to liandong_person;
