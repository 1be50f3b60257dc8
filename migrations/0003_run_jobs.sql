-- Jobs: delivery that outlives Redis, schedules that run once, sealing, sending.

-- An outbox row is handed (sent_at) as often as Redis loses it, and finished (done_at)
-- when every subscriber's inbox row exists.
alter table outbox add done_at timestamptz;
drop index outbox_unsent;
create index outbox_open on outbox (sent_at nulls first, id) where done_at is null;
create index outbox_done on outbox (done_at) where done_at is not null;
create index outbox_id on outbox (id);

-- schedules: what runs periodically, who runs it now (a lease) and how the last run went. All at the platform node.
create table schedules (
  tenant_id   bigint not null references tenants on update cascade,
  name        text not null,
  next_at     timestamptz not null,
  lease_until timestamptz,
  worker      text not null default '',
  started_at  timestamptz,
  finished_at timestamptz,
  error       text not null default '',
  runs        bigint not null default 0,
  failures    int not null default 0, -- in a row
  primary key (tenant_id, name)
);
select row_security('schedules', 'subtree');
revoke all on schedules from liandong_staff;

-- audit: the end of every chain, and how far sealing went over how many chains and lines in all,
-- both vouched for by a key that the database does not have.
create table audit_heads (
  tenant_id bigint primary key references tenants on update cascade,
  seq       bigint not null,
  hash      bytea not null,
  mac       text not null,
  sealed_at timestamptz not null
);
create table audit_marks (
  tenant_id bigint primary key references tenants on update cascade,
  at        timestamptz not null,
  chains    bigint not null,
  lines     bigint not null,
  mac       text not null
);
select row_security('audit_heads', 'subtree'), row_security('audit_marks', 'subtree');
revoke insert, update, delete on audit_heads from liandong_staff;
revoke delete on audit_heads, audit_marks from liandong_system;
revoke all on audit_marks from liandong_staff;
revoke insert on audit_seals from liandong_staff;
create index audit_rows_new on audit_rows (at, tenant_id);

-- messages wait for a sender; whoever claims one has it until then.
alter table messages add claimed_until timestamptz;
alter table messages add gateway_ref text not null default '';
create index messages_queued on messages (created_at) where state = 'queued';

-- sms_inbox: what the simulator (模拟) received instead of a phone. Nothing is written here when a real gateway is set.
create table sms_inbox (
  tenant_id    bigint not null references tenants on update cascade,
  id           uuid not null,
  source       text not null check (source in ('notice', 'login')),
  phone_sealed text not null,
  text_sealed  text not null,
  received_at  timestamptz not null,
  primary key (tenant_id, id)
);
create index sms_inbox_received on sms_inbox (tenant_id, received_at desc);
select row_security('sms_inbox', 'subtree');
revoke all on sms_inbox from liandong_staff;
