-- partners (合作方): who reads the publication API under a name, with limits of their own.
create table partners (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  name         text not null,
  contact      text not null default '',
  phone_sealed text not null default '',
  phone_tail   text not null default '', -- last four digits, for lists
  note         text not null default '',
  per_minute   int not null check (per_minute between 1 and 100000),
  per_day      int not null check (per_day between 1 and 100000000),
  state        text not null default 'active' check (state in ('active', 'stopped')),
  ends_on      date, -- the last day, in China; null: no end
  created_by   text not null,
  created_at   timestamptz not null,
  version      int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- partner_keys (密钥): only what a key hashes to (SHA-256 of 130 random bits) and how it begins.
create table partner_keys (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  partner_id uuid not null,
  hash       text not null unique,
  prefix     text not null,
  created_by text not null,
  created_at timestamptz not null,
  ends_at    timestamptz, -- set when another key takes its place
  primary key (tenant_id, id),
  foreign key (tenant_id, partner_id) references partners on update cascade
);
create index partner_keys_partner on partner_keys (tenant_id, partner_id);

-- partner_usage (用量): requests by day, folded from the memory of the servers.
create table partner_usage (
  tenant_id  bigint not null references tenants on update cascade,
  partner_id uuid not null,
  day        date not null,
  n          bigint not null default 0,
  refused    bigint not null default 0,
  primary key (tenant_id, partner_id, day),
  foreign key (tenant_id, partner_id) references partners on update cascade
);
select row_security(t::regclass, 'subtree') from unnest(array['partners', 'partner_keys', 'partner_usage']) t;
drop policy staff_delete on partners;
drop policy staff_delete on partner_keys;
revoke delete on partners, partner_keys from liandong_staff, liandong_system;
drop policy staff_insert on partner_usage;
drop policy staff_update on partner_usage;
drop policy staff_delete on partner_usage;
revoke insert, update, delete on partner_usage from liandong_staff;
