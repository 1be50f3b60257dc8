-- Supervision (电子监察): numbers of orders, what was said about an order, and the indexes of the sweep.

create table supervision_numbers (
  tenant_id bigint not null references tenants on update cascade,
  year      int not null,
  last      int not null,
  primary key (tenant_id, year)
);
create table supervision_notes (
  tenant_id  bigint not null references tenants on update cascade,
  id         uuid not null,
  order_id   uuid not null,
  at         timestamptz not null,
  act        text not null check (act in ('issued', 'answered', 'returned', 'closed')),
  said       text not null,
  actor_id   text not null,
  actor_name text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, order_id) references supervision_orders on update cascade
);
create index supervision_notes_order on supervision_notes (tenant_id, order_id, at);
select row_security('supervision_numbers', 'subtree'), row_security('supervision_notes', 'subtree');
-- What was said stays said.
revoke update, delete on supervision_notes from liandong_staff, liandong_system;

create unique index supervision_orders_no on supervision_orders (tenant_id, no);
create unique index supervision_orders_live on supervision_orders (tenant_id, card_id) where state <> 'closed';
create index supervision_orders_issued on supervision_orders (tenant_id, issued_at);

create index cards_open on cards (tenant_id, raised_at) where state = 'open';
create index cards_case on cards (case_tenant, case_id);

-- Most promises are short. The few long ones turn yellow weeks before they end: indexes of their
-- own let the sweep look far ahead for them without reading the short ones.
create index cases_due_long on cases (tenant_id, due_at) where ended_at is null and suspended_at is null and promised_days > 30;
create index cases_step_due_long on cases (tenant_id, step_due_at) where ended_at is null and suspended_at is null and promised_days > 30;
