-- Sign-in: how long a failure counts travels with its row, so that a reader needs no rule;
-- and when a session was ended, so that every server learns of it by asking for what is new.
alter table login_attempts add counts_until timestamptz not null default now();
create index login_attempts_stale on login_attempts (counts_until);
alter table ended_sessions add ended_at timestamptz not null default now();
create index ended_sessions_new on ended_sessions (ended_at);
