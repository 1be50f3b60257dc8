package demo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gocloud.dev/blob/memblob"

	"liandong/cmd/internal/demo"
	"liandong/cmd/internal/wire"
	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/modules/org"
	"liandong/modules/sites"
	"liandong/modules/supervision"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// register stands in for Kratos, which other tests cover: the same person gets
// the same identity again.
type register struct{}

func (register) Import(_ context.Context, all []identity.NewIdentity) ([]identity.Imported, error) {
	out := make([]identity.Imported, len(all))
	for i, n := range all {
		out[i] = identity.Imported{External: n.External(), ID: identityOf(n.External())}
	}
	return out, nil
}

func identityOf(who string) string {
	h := sha256.Sum256([]byte(who))
	return fmt.Sprintf("%x-%x-8%s-8%s-%x", h[:4], h[4:6], hex.EncodeToString(h[6:8])[1:], hex.EncodeToString(h[8:10])[1:], h[10:16])
}

func (register) Find(_ context.Context, who string) (org.Staffer, error) { return staffer(who), nil }

func (register) Get(_ context.Context, id string) (org.Staffer, error) { return staffer(id), nil }

func (register) Create(context.Context, org.NewStaffer) (org.Staffer, error) {
	return org.Staffer{}, fault.New(fault.Unavailable, "identity_unavailable")
}

func staffer(id string) org.Staffer {
	return org.Staffer{ID: id, Login: id, Name: "演示", Active: true}
}

// emptyDatabase is a migrated database with the platform and nothing below it.
func emptyDatabase(t *testing.T, now func() time.Time) (d *db.DB, admin *pgx.Conn) {
	t.Helper()
	name := dbtest.Clone(t)
	admin, err := pgx.Connect(t.Context(), dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(t.Context())) })
	if _, err := admin.Exec(t.Context(), `delete from tenants where tenant_id > 0`); err != nil {
		t.Fatal(err)
	}
	d, err = db.Open(dbtest.DSN(name), 8, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, admin
}

func services(t *testing.T, d *db.DB) demo.Services {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	fl := flows.NewService()
	s := demo.Services{DB: d, Tree: tree.New(d, nil), Catalog: catalog.New(d, engine, fl), Files: files.New(d, engine, bucket), Identities: register{}}
	fm := forms.New(d, engine, forms.Asks{Sealer: sealer})
	s.Forms = demo.Forms(fm)
	s.Cases = cases.New(d, engine, wire.Asks(s.Catalog, fl, s.Files, fm, sealer))
	s.HashID = func(n string) string { return sealer.Blind("id", n) }
	s.SealID = func(n string) string { return sealer.Seal("id", n) }
	s.Org = demo.Offices(org.New(d, engine, register{}))
	s.Supervision, s.Sites = demo.Rules(supervision.New(d, engine)), demo.Portals(sites.New(d, engine))
	s.Laws = demo.Library(laws.New(d, engine, wire.Grounds(s.Catalog)))
	return s
}

func TestSeedTellsTheSameStoryTwice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	clock := demo.NewClock(now)
	d, admin := emptyDatabase(t, clock.Now)
	s := services(t, d)
	o := demo.Options{Clock: clock, Now: now, Progress: func(line string) { t.Log(line) }}
	first, err := demo.Seed(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, first)
	checkSpread(t, admin)
	checkCatalogue(t, admin)
	checkScenes(t, admin)
	before := rows(t, admin)
	second, err := demo.Seed(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if after := rows(t, admin); !reflect.DeepEqual(before, after) {
		t.Errorf("seeded twice:\n%v\n%v", before, after)
	}
	first.Took, second.Took = 0, 0
	if !reflect.DeepEqual(first, second) {
		t.Errorf("reports differ:\n%+v\n%+v", first, second)
	}
}

// rows counts what stands in the tables that a story fills.
func rows(t *testing.T, admin *pgx.Conn) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range []string{
		"tenants", "items", "item_versions", "item_overrides", "item_reviews", "item_locks", "item_requests", "item_request_answers", "item_lineage", "item_codes", "synonyms", "review_chains", "notice_templates", "flows", "cases", "case_steps", "case_clocks", "case_supplements", "files", "outbox", "audit_rows", "case_deltas", "case_totals",
		"departments", "posts", "grants", "appointments", "supervision_rules", "sites", "articles", "laws", "law_articles", "law_revisions",
	} {
		var n int
		if err := admin.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// checkReport: every state of a case is shown, and nothing was left out.
func checkReport(t *testing.T, r demo.Report) {
	t.Helper()
	t.Logf("%d tenants, %d accounts, %d items, cases %v, late %d, soon %d in %v", r.Tenants, r.Accounts, r.Items, r.ByStatus, r.Late, r.Soon, r.Took)
	if r.Tenants != 1201 || r.Items < 64 || r.Cases != 200 || len(r.Warnings) > 0 {
		t.Errorf("report: %+v", r)
	}
	for _, s := range []string{"submitted", "supplement", "handling", "completed", "refused", "withdrawn", "granted", "denied"} {
		if r.ByStatus[s] < 5 {
			t.Errorf("%d cases %s", r.ByStatus[s], s)
		}
	}
	if r.Late < 8 || r.Soon < 6 {
		t.Errorf("%d late, %d soon", r.Late, r.Soon)
	}
	for _, l := range r.Logins {
		if l.Login == "" || l.Tenant == "" || l.Role == "" || l.Password != demo.Password {
			t.Errorf("account %+v", l)
		}
	}
}

// checkSpread: cases are born at every level and in every county, wait at every
// level, and nothing happens in the future.
func checkSpread(t *testing.T, admin *pgx.Conn) {
	t.Helper()
	for sql, least := range map[string]int{
		`select count(distinct t.level) from cases c join tenants t using (tenant_id)`:                                                                   4,
		`select count(distinct t.level) from cases c join tenants t on t.tenant_id = c.at_tenant where ended_at is null`:                                 4,
		`select count(distinct c.tenant_id / 1000000000) from cases c`:                                                                                   14,
		`select count(*) from cases where channel = 'online'`:                                                                                            40,
		`select 1 where not exists (select from case_steps where greatest(entered_at, ended_at) > '2026-11-22 07:00Z')`:                                  1,
		`select 1 where not exists (select from case_steps where extract(hour from entered_at at time zone 'PRC') not between 8 and 18)`:                 1,
		`select 100 - (select count(*) from cases where ended_at is null and suspended_at is null and least(step_due_at, due_at) < '2026-11-22 07:00Z')`: 60,
		`select count(*) from cases where at_tenant / 1000000000 = 152502 and ended_at is null`:                                                          12,
		`select count(*) from cases where created_at < '2026-09-20'`:                                                                                     20,
	} {
		var n int
		if err := admin.QueryRow(t.Context(), sql).Scan(&n); err != nil || n < least {
			t.Errorf("%s: %d, want %d (%v)", sql, n, least, err)
		}
	}
}

// checkCatalogue: something of everything that can become of an item.
func checkCatalogue(t *testing.T, admin *pgx.Conn) {
	t.Helper()
	for sql, least := range map[string]int{
		`select count(*) from items where list = 'basic' and state = 'published'`:                                                                                                36,
		`select count(distinct tenant_id) from items where basic_id is not null`:                                                                                                 4,
		`select count(*) from items i join tenants t using (tenant_id) where basic_id is not null and t.level = 'township' and i.state = 'published'`:                            1,
		`select count(*) from items i join item_versions v on v.item_id = i.id where basic_id is not null and i.state = 'draft' and v.state = 'reviewing'`:                       1,
		`select count(*) from items e join item_versions v on v.id = e.live_id where e.list = 'basic' and v.number = 2 and exists (select from items i where i.basic_id = e.id)`: 1,
		`select count(*) from items where state = 'suspended'`:                                                                                                                   1,
		`select count(*) from items where state = 'withdrawn'`:                                                                                                                   3,
		`select count(*) from item_lineage`: 4,
		`select count(*) from item_versions where state = 'published' and cancel_on is not null`:                               1,
		`select count(*) from item_versions where state = 'scheduled'`:                                                         1,
		`select count(*) from item_versions where state = 'reviewing'`:                                                         3,
		`select count(*) from item_overrides o join tenants t using (tenant_id) where t.level = 'township'`:                    2,
		`select count(*) from item_locks`:                                                                                      1,
		`select count(*) from item_requests r where not exists (select from item_request_answers a where a.request_id = r.id)`: 1,
		`select count(*) from cases where jsonb_array_length(choices) > 0`:                                                     15,
		`select count(*) from item_codes where kind = 'handling' and ended_at is null`:                                         12,
	} {
		var n int
		if err := admin.QueryRow(t.Context(), sql).Scan(&n); err != nil || n < least {
			t.Errorf("%s: %d, want %d (%v)", sql, n, least, err)
		}
	}
}

// checkScenes: something of everything that can become of a case.
func checkScenes(t *testing.T, admin *pgx.Conn) {
	t.Helper()
	for sql, least := range map[string]int{
		`select count(distinct kind) from cases where joint_id is null`:                                                                                 5,
		`select count(distinct channel) from cases`:                                                                                                     5,
		`select count(*) from cases where mode = 'precheck' and channel = 'online' and status = 'submitted'`:                                            1,
		`select count(*) from cases where mode = 'precheck' and trips = 1 and status = 'handling'`:                                                      1,
		`select count(*) from cases where mode = 'precheck' and trips > trips_promised`:                                                                 1,
		`select count(*) from cases where mode = 'verify' and step_kind = 'deliver' and status = 'handling'`:                                            1,
		`select count(*) from cases where mode = 'verify' and status = 'completed' and trips > 0`:                                                       1,
		`select count(*) from case_steps where name = '排水设施审查' and ended_at is null`:                                                                    2,
		`select count(*) from case_steps where name = '水质达标审查' and ended_at is null`:                                                                    2,
		`select count(*) from case_steps where name = '两局会签决定' and ended_at is not null`:                                                                3,
		`select count(*) from case_steps where name = '初审结果公示' and ended_at is null`:                                                                    1,
		`select count(*) from cases where awaits = 'applicant'`:                                                                                         1,
		`select count(*) from case_parts where state = 'ended' and outcome = 'granted'`:                                                                 4,
		`select count(*) from cases where parts > 0 and status = 'completed' and outcome = 'granted'`:                                                   1,
		`select count(*) from cases where joint_id is not null and form_id is not null`:                                                                 7,
		`select count(distinct state) from case_participants`:                                                                                           2,
		`select count(*) from case_participants where handed_at is not null and closed`:                                                                 1,
		`select count(*) from case_participants where step_kind = 'deliver' and not closed`:                                                             1,
		`select count(*) from case_batch_rows where state = 'wrong'`:                                                                                    6,
		`select count(*) from case_batch_rows where state = 'filed'`:                                                                                    8,
		`select count(*) from case_batches where state = 'read'`:                                                                                        1,
		`select count(distinct kind || state) from case_procedures where kind in ('extension', 'special', 'suspension', 'tolerance', 'reopen', 'void')`: 6,
		`select count(*) from cases where extended_days > 0`:                                                                                            1,
		`select count(distinct actor_id) from case_watches`:                                                                                             2,
		`select count(*) from cases where assignee_id <> ''`:                                                                                            4,
	} {
		var n int
		if err := admin.QueryRow(t.Context(), sql).Scan(&n); err != nil || n < least {
			t.Errorf("%s: %d, want %d (%v)", sql, n, least, err)
		}
	}
}

// A story broken off in the middle goes on where it stopped.
func TestSeedGoesOn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	clock := demo.NewClock(now)
	d, _ := emptyDatabase(t, clock.Now)
	s := services(t, d)
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	o := demo.Options{Clock: clock, Now: now, Cases: 40, Progress: func(line string) {
		if strings.Contains(line, "50%") {
			cut()
		}
	}}
	if _, err := demo.Seed(ctx, s, o); err == nil {
		t.Fatal("the story was not broken off")
	}
	r, err := demo.Seed(t.Context(), s, o)
	if err != nil || r.Cases != 40 {
		t.Fatalf("%d cases, %v", r.Cases, err)
	}
	if !clock.Now().Equal(now) {
		t.Errorf("the clock stands at %v", clock.Now())
	}
}
