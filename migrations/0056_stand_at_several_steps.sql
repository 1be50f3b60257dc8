-- A case may stand at several steps at once, and wait for what is not done by anybody's hand.

-- What every visit is: work of somebody, a service, a time or an answer; known to the flow by its ticket.
alter table case_steps add work text not null default 'step' check (work in ('step', 'service', 'timer', 'wait'));
alter table case_steps add ticket int not null default 0;
alter table case_steps add of_ticket int not null default 0; -- of one of those who share a step
alter table case_steps add part text not null default '';    -- which part of a shared step it is
alter table case_steps add department text not null default '';
alter table case_steps add substitute text not null default ''; -- who may do it instead (AB角)
alter table case_steps add assignee_id text not null default '';
alter table case_steps add assignee_name text not null default '';
alter table case_steps add waits_for text not null default '';
alter table case_steps add wait_key text not null default '';
alter table case_steps add since int not null default 0;         -- version of the case since which it stands as it does
alter table case_steps add beside boolean not null default false; -- open, while the case is shown at another
update case_steps set ticket = seq;
create index case_steps_beside on case_steps (at_tenant, case_id) where ended_at is null and beside;
create index case_steps_due on case_steps (tenant_id, due_at, id) where ended_at is null and beside and work = 'step';
create index case_steps_timers on case_steps (due_at, tenant_id) where ended_at is null and work = 'timer';
create index case_steps_waits on case_steps (tenant_id, wait_key) where ended_at is null and work = 'wait';

-- marking: where the flow stands; last_seq: visits so far; whole_at: the version at which something
-- that concerns every step changed last; awaits: the applicant, while the flow waits for her.
alter table cases add marking jsonb not null default '{}';
alter table cases add last_seq int not null default 0;
alter table cases add whole_at int not null default 0;
alter table cases add beside int not null default 0; -- steps that are open besides the one it is shown at
alter table cases add awaits text not null default '';
alter table cases add step_department text not null default '';
alter table cases add step_substitute text not null default '';
update cases set last_seq = step_seq, marking = case when ended_at is null
  then jsonb_build_object('v', 1, 'last', step_seq, 'active', jsonb_build_array(jsonb_build_object('t', step_seq, 'n', step_id)))
  else jsonb_build_object('v', 1, 'last', step_seq) end;
update case_steps s set assignee_id = c.assignee_id, assignee_name = c.assignee_name
  from cases c where c.tenant_id = s.tenant_id and c.id = s.case_id and c.step_seq = s.seq and c.assignee_id <> '';

-- Whoever holds one of its open steps holds the case.
drop policy staff_update on cases;
create policy staff_update on cases for update to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    and (at_tenant = nullif(current_setting('app.tenant', true), '')::bigint
      or status = 'supplement' and tenant_id = nullif(current_setting('app.tenant', true), '')::bigint
      or exists (select from case_steps s where s.tenant_id = cases.tenant_id and s.case_id = cases.id and s.beside
        and s.ended_at is null and s.at_tenant = nullif(current_setting('app.tenant', true), '')::bigint)))
  with check (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint);
drop policy person_update on cases;
create policy person_update on cases for update to liandong_person
  using (subject = nullif(current_setting('app.subject', true), '')::uuid and (status in ('submitted', 'supplement') or awaits = 'applicant'))
  with check (subject = nullif(current_setting('app.subject', true), '')::uuid);
