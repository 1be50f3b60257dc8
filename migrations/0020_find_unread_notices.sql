-- The bell counts what is unread on every page: it must not look at what was read.
create index notices_unread_role on notices (tenant_id, role) where read_at is null;
create index notices_unread_subject on notices (subject) where read_at is null and subject is not null;
