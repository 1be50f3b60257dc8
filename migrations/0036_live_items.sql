-- The life of an item (事项): a chain of reviews, publication on a date, suspension, cancellation, splits and mergers.

-- review_chains (审核链): the steps that a version passes before it is in force, for a tenant and everybody below that sets none.
create table review_chains (
  tenant_id  bigint primary key references tenants on update cascade,
  steps      jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null,
  version    int not null default 1
);
-- notice_templates (通知模板): what the catalogue tells people, in the words of a tenant and of everybody below that has none.
create table notice_templates (
  tenant_id  bigint not null references tenants on update cascade,
  key        text not null,
  text       text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  version    int not null default 1,
  primary key (tenant_id, key)
);
select row_security(t::regclass, 'cascade') from unnest(array['review_chains', 'notice_templates']) t;
create policy anyone_select on notice_templates for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select on notice_templates to liandong_person, liandong_public;

-- item_reviews: what every reviewer said of every step, never rewritten. Discarding a draft leaves it, so it names the version without a key.
create table item_reviews (
  tenant_id     bigint not null references tenants on update cascade,
  id            uuid not null,
  item_id       uuid not null,
  version_id    uuid not null,
  round         int not null, -- of submission, from 1
  step          int not null, -- of the chain, from 1
  name          text not null,
  department    text not null default '',
  reviewer_id   text not null,
  reviewer_name text not null,
  opinion       text not null,
  passed        boolean not null,
  at            timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, version_id, round, step)
);
create unique index item_reviews_once on item_reviews (tenant_id, version_id, round, reviewer_id);
create index item_reviews_item on item_reviews (item_id);
select row_security('item_reviews', 'subtree');
drop policy staff_update on item_reviews;
drop policy staff_delete on item_reviews;
revoke update, delete on item_reviews from liandong_staff, liandong_system;

alter table item_versions
  add chain        jsonb not null default '[]', -- as it was when the version was submitted
  add round        int not null default 0,      -- how often it was submitted
  add step         int not null default 0,      -- how many steps it has passed
  add effective_on date,                        -- the day on which it comes into force, in China; none: as soon as it is approved
  add cancel_on    date,                        -- the day on which the item ends by itself
  add approved_at  timestamptz,
  add lead_id      uuid,                        -- of a part: the version that splits the old item
  add replaces     jsonb not null default '[]'; -- of a merger: the items that end with it
alter table item_versions drop constraint item_versions_state_check;
alter table item_versions add constraint item_versions_state_check
  check (state in ('draft', 'reviewing', 'scheduled', 'published', 'replaced', 'withdrawn'));
drop index item_versions_open;
create unique index item_versions_open on item_versions (tenant_id, item_id) where state in ('draft', 'reviewing', 'scheduled');
create index item_versions_due on item_versions (effective_on) where state = 'scheduled';
create index item_versions_cancel on item_versions (cancel_on) where state = 'published' and cancel_on is not null;
create index item_lineage_from on item_lineage (from_id);
create index item_versions_lead on item_versions (lead_id) where lead_id is not null;
drop policy staff_select on item_versions;
create policy staff_select on item_versions for select to liandong_staff
  using (tenant_id between nullif(current_setting('app.lo', true), '')::bigint and nullif(current_setting('app.hi', true), '')::bigint
    or state not in ('draft', 'reviewing', 'scheduled') and tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
