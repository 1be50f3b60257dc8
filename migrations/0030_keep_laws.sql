-- laws (法律文件): the legal library. A level keeps its own, everybody below reads what is published.
create table laws (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  title         text not null,
  kind          text not null,
  number        text not null default '',
  issuer        text not null,
  passed_on     date,
  effective_on  date not null,
  amended_on    date,
  repealed_on   date,
  state         text not null default 'draft' check (state in ('draft', 'published', 'repealed')),
  excerpt       boolean not null default false,
  source        text not null default '',
  author_id     text not null,
  author_name   text not null,
  published_at  timestamptz,
  updated_at    timestamptz not null,
  version       int not null default 1,
  primary key (tenant_id, id)
);
create index laws_id on laws (id);
create index laws_title on laws (title);

-- articles (条): an amendment adds an edition, the text before it stays. The edition in force on a
-- day is the published one with the latest from_on that is not after it.
create table law_articles (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  law_id     uuid not null,
  label      text not null,
  sort       bigint not null,
  chapter    text not null default '',
  body       text not null,
  from_on    date not null,
  state      text not null default 'draft' check (state in ('draft', 'published')),
  amender    text not null default '',
  made_at    timestamptz not null,
  made_by    text not null,
  primary key (tenant_id, id),
  unique (tenant_id, law_id, sort, from_on),
  foreign key (tenant_id, law_id) references laws on update cascade
);
create index law_articles_law on law_articles (law_id, sort, from_on);

-- revisions (沿革): what became of a law, and by which other law. What happened stays written.
create table law_revisions (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  law_id     uuid not null,
  change     text not null check (change in ('published', 'amended', 'repealed')),
  on_day     date not null,
  by_title   text not null default '',
  by_tenant  bigint,
  by_id      uuid,
  articles   text[] not null default '{}',
  reason     text not null default '',
  at         timestamptz not null,
  actor_name text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, law_id) references laws on update cascade,
  foreign key (by_tenant, by_id) references laws (tenant_id, id) on update cascade
);
create index law_revisions_law on law_revisions (law_id, at);
create index law_revisions_by on law_revisions (by_id);

select row_security(t::regclass, 'cascade') from unnest(array['laws', 'law_articles', 'law_revisions']) t;
-- What a higher level has not published yet is not for the levels below.
drop policy staff_select on laws;
create policy staff_select on laws for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
drop policy staff_select on law_articles;
create policy staff_select on law_articles for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on laws for select to liandong_person, liandong_public
  using (state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on law_articles for select to liandong_person, liandong_public
  using (state <> 'draft' and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
create policy anyone_select on law_revisions for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on laws, law_articles, law_revisions to liandong_person, liandong_public;
revoke update, delete on law_revisions from liandong_staff, liandong_system;
drop policy staff_update on law_revisions;
drop policy staff_delete on law_revisions;
