-- What a desk of one's own shows beside the to-do list: what one had a hand in, watches, and is used to.

-- Who had a hand in a case, with her last act: one row per person and case, so that the list of what
-- somebody did goes along one index and no case comes twice.
create table case_hands (
  tenant_id bigint not null references tenants on update cascade, -- of the case
  case_id   uuid not null,
  actor_id  uuid not null,
  act       text not null,
  step_name text not null default '',
  acted_at  timestamptz not null,
  primary key (tenant_id, case_id, actor_id),
  foreign key (tenant_id, case_id) references cases on update cascade
);
insert into case_hands (tenant_id, case_id, actor_id, act, step_name, acted_at)
  select distinct on (tenant_id, case_id, actor_id) tenant_id, case_id, actor_id::uuid,
    case act when 'refuse' then 'reject' when 'pass' then 'handle' when 'granted' then 'decide' when 'denied' then 'decide'
      when 'forwarded' then 'decide' when 'send_back' then 'sendback' else act end, name, ended_at
  from case_steps where ended_at is not null and act not in ('', 'cancelled', 'withdraw')
    and actor_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  order by tenant_id, case_id, actor_id, ended_at desc;
create index case_hands_actor on case_hands (actor_id, acted_at, case_id);
select row_security('case_hands', 'subtree');

-- What somebody watches in one of her posts. Nobody else reads it but jobs, which tell her.
create table case_watches (
  tenant_id  bigint not null references tenants on update cascade, -- of the post
  case_id    uuid not null,
  actor_id   uuid not null,
  watched_at timestamptz not null,
  primary key (tenant_id, case_id, actor_id)
);
create index case_watches_actor on case_watches (actor_id, watched_at, case_id);
create index case_watches_case on case_watches (case_id);

-- What somebody is used to in one of her posts: the filters of a list, phrases of opinions. No personal data.
create table case_habits (
  tenant_id  bigint not null references tenants on update cascade, -- of the post
  actor_id   uuid not null,
  habit      text not null,
  said       jsonb not null,
  changed_at timestamptz not null,
  primary key (tenant_id, actor_id, habit)
);

do $$
declare
  t    text;
  mine constant text := $q$tenant_id = nullif(current_setting('app.tenant', true), '')::bigint and actor_id = nullif(current_setting('app.subject', true), '')::uuid$q$;
begin
  foreach t in array array['case_watches', 'case_habits'] loop
    perform row_security(t::regclass, 'subtree');
    execute format('drop policy staff_select on %I', t);
    execute format('drop policy staff_insert on %I', t);
    execute format('drop policy staff_update on %I', t);
    execute format('drop policy staff_delete on %I', t);
    execute format('create policy staff_own on %I for all to liandong_staff using (%s) with check (%s)', t, mine, mine);
  end loop;
end $$;
revoke update on case_watches from liandong_staff;

-- What is open at one office, by who has it.
create index cases_assignee on cases (at_tenant, assignee_id) where ended_at is null;
