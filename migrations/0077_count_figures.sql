-- Whose item it is (责任部门), as it was called when the case was filed: figures and lists are narrowed by it.
alter table cases add department text not null default '';
update cases c set department = coalesce(v.body->>'department', '') from item_versions v where v.id = c.item_version_id and v.tenant_id = c.item_tenant;

-- What was filed by kind, channel and mode, and how often its applicants had to come and came, by the month of filing.
-- Cases leave deltas; the job that folds totals adds them up for the tenant and every ancestor. Parts of joint cases are left out.
create table case_figure_deltas (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  month      date not null, -- its first day, in China
  department text not null,
  item_id    uuid not null,
  item_name  text not null,
  kind       text not null,
  channel    text not null,
  mode       text not null,
  n          int not null,
  promised   int not null, -- comings
  came       int not null,
  over       int not null, -- cases whose applicant came more often than was promised
  primary key (tenant_id, id)
);
create table case_figures (
  tenant_id  bigint not null references tenants on update cascade,
  month      date not null,
  department text not null,
  item_id    uuid not null,
  kind       text not null,
  channel    text not null,
  mode       text not null,
  item_name  text not null,
  n          bigint not null,
  promised   bigint not null,
  came       bigint not null,
  over       bigint not null,
  primary key (tenant_id, month, department, item_id, kind, channel, mode)
);
select row_security(t::regclass, 'subtree') from unnest(array['case_figure_deltas', 'case_figures']) t;
create policy person_insert on case_figure_deltas for insert to liandong_person
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant insert on case_figure_deltas to liandong_person;
create policy relay_all on case_figure_deltas for all to liandong_relay using (true) with check (true);
create policy relay_all on case_figures for all to liandong_relay using (true) with check (true);
grant select, insert, update, delete on case_figure_deltas, case_figures to liandong_relay;

insert into case_figure_deltas (tenant_id, id, month, department, item_id, item_name, kind, channel, mode, n, promised, came, over)
  select tenant_id, gen_random_uuid(), date_trunc('month', created_at at time zone interval '8 hours')::date, department, item_id, max(item_name), kind, channel, mode,
    count(*), sum(trips_promised), sum(trips), count(*) filter (where trips > trips_promised)
  from cases where joint_id is null group by 1, 3, 4, 5, 7, 8, 9;

-- Lists that a figure leads to.
create index cases_department on cases (tenant_id, department, created_at);
