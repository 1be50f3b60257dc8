package jobs_test

import (
	"testing"
	"time"

	"liandong/jobs"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// What has served its time goes; what has not, stays.
func TestPurge(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, plant := range []string{
		`insert into outbox (tenant_id, id, name, body, actor_id, actor_name, request_id, created_at, done_at)
			select 0, gen_random_uuid(), 'x', '{}', '', '', '', now(), now() - make_interval(days => d) from unnest(array[1, 40]) d`,
		`insert into inbox (tenant_id, event_id, subscriber, handled_at) select tenant_id, id, 'a', now() from outbox`,
		`insert into idempotency (tenant_id, actor_id, key, answer, created_at) select 0, '', d::text, '', now() - make_interval(days => d) from unnest(array[1, 8]) d`,
		`insert into login_attempts (tenant_id, key, failures, first_at, counts_until) select 0, d::text, 1, now(), now() - make_interval(days => d) from unnest(array[0, 2]) d`,
		`insert into ended_sessions (tenant_id, session_id, until) select 0, d::text, now() + make_interval(hours => d) from unnest(array[-1, 1]) d`,
		`insert into sms_inbox (tenant_id, id, source, phone_sealed, text_sealed, received_at) select 0, gen_random_uuid(), 'login', '', '', now() - make_interval(days => d) from unnest(array[1, 8]) d`,
	} {
		if _, err := r.admin.ExecContext(t.Context(), plant); err != nil {
			t.Fatal(err)
		}
	}
	s := jobs.Purge(r.db)
	if s.Every < time.Minute {
		t.Errorf("purges every %s", s.Every)
	}
	for range 2 {
		if err := s.Run(dbtest.As(t, tenancy.Platform, tenancy.System)); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"outbox", "inbox", "idempotency", "login_attempts", "ended_sessions", "sms_inbox"} {
		if n := r.ask(`select count(*) from ` + table); n != 1 {
			t.Errorf("%d rows left in %s, want 1", n, table)
		}
	}
}
