package audit_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"liandong/modules/audit"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

// book is an audit service over its own database, with a clock that the test moves.
type book struct {
	t     *testing.T
	db    *db.DB
	svc   *audit.Service
	admin *sql.DB
	later atomic.Int64 // how far the clock is past dbtest.Now
}

func newBook(t *testing.T) *book {
	t.Helper()
	b := &book{t: t}
	name := dbtest.Clone(t)
	var err error
	if b.db, err = db.Open(dbtest.DSN(name), 4, func() time.Time { return dbtest.Now().Add(time.Duration(b.later.Load())) }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.db.Close() })
	if b.admin, err = sql.Open("pgx", dbtest.AdminDSN(name)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.admin.Close() })
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{3}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	b.svc = audit.New(b.db, engine, sealer, slog.New(slog.DiscardHandler))
	return b
}

// write records n lines of one tenant and lets a minute pass.
func (b *book) write(at tenancy.ID, n int) {
	b.t.Helper()
	for range n {
		if err := b.db.InTx(dbtest.As(b.t, at, tenancy.Staff), func(_ context.Context, tx *db.Tx) error {
			tx.Record(db.Audit{Action: "cases:accept", Kind: "case", Object: db.NewID(), Detail: map[string]any{"no": "152502200200202603040001", "days": 3}})
			return nil
		}); err != nil {
			b.t.Fatal(err)
		}
	}
	b.later.Add(int64(time.Minute))
}

func (b *book) seal() int {
	b.t.Helper()
	n, err := b.svc.Seal(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *book) verify() audit.Report {
	b.t.Helper()
	r, err := b.svc.Verify(dbtest.As(b.t, tenancy.Platform, tenancy.System))
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// tamper does as superuser what no role of the application may.
func (b *book) tamper(statements ...string) {
	b.t.Helper()
	for _, s := range statements {
		if _, err := b.admin.ExecContext(b.t.Context(), s); err != nil {
			b.t.Fatalf("%s: %v", s, err)
		}
	}
}

func auditor(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.As(t, at, tenancy.Staff, policies.AuditAdmin)
}

func TestSealedRecordIsSound(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if r := b.verify(); !r.Sound() || r.Lines != 0 {
		t.Errorf("an empty record: %+v", r)
	}
	b.write(dbtest.Village, 3)
	b.write(dbtest.County, 2)
	if n := b.seal(); n != 5 {
		t.Errorf("sealed %d, want 5", n)
	}
	b.write(dbtest.Village, 2)
	b.later.Add(int64(24 * time.Hour)) // nobody sealed for a day: no breach
	if n := b.seal(); n != 2 {
		t.Errorf("sealed %d, want 2", n)
	}
	if n := b.seal(); n != 0 {
		t.Errorf("sealed %d again", n)
	}
	b.write(dbtest.Village, 1)
	if r := b.verify(); !r.Sound() || r.Lines != 7 || r.Waiting != 1 || len(r.Heads) != 2 {
		t.Errorf("report %+v", r)
	}
	if r, err := b.svc.Verify(auditor(t, dbtest.County2)); err != nil || r.Lines != 0 || !r.Sound() {
		t.Errorf("another county checks %+v, %v", r, err)
	}
	if _, err := b.svc.Verify(dbtest.As(t, dbtest.County, tenancy.Staff, policies.Clerk)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk verified: %v", err)
	}
}

// A tenant that moves in the tree takes its chain along.
func TestChainSurvivesRelabelling(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.write(dbtest.Village2, 3)
	b.seal()
	b.tamper(`update tenants set tenant_id = 152501400900000, hi = 152501400900999, parent_id = 152501400000000 where tenant_id = 152502200201000`)
	if r := b.verify(); !r.Sound() || r.Lines != 3 {
		t.Errorf("report %+v", r)
	}
}

// Whatever a superuser does to what was sealed is found, and it is said where.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	const (
		village = `152502200200000`
		line    = `(select audit_id from audit_seals where tenant_id = ` + village + ` and seq = `
		moved   = `audit_rows (tenant_id, id, at, actor_kind, actor_id, actor_name, actor_tenant, action, kind, object, detail, request_id)
			select tenant_id, gen_random_uuid(), at, actor_kind, actor_id, actor_name, actor_tenant, action, kind, object, detail, request_id from audit_rows where id = `
	)
	for name, c := range map[string]struct {
		do   []string
		want audit.Breach
		seq  int64
	}{
		"alter who":        {[]string{`update audit_rows set actor_name = 'nobody' where id = ` + line + `2)`}, audit.Altered, 2},
		"alter detail":     {[]string{`update audit_rows set detail = detail || '{"days": 4}' where id = ` + line + `2)`}, audit.Altered, 2},
		"alter time":       {[]string{`update audit_rows set at = at + interval '1 microsecond' where id = ` + line + `5)`}, audit.Altered, 5},
		"delete one":       {[]string{`delete from audit_rows where id = ` + line + `3)`}, audit.Removed, 3},
		"delete the last":  {[]string{`delete from audit_rows where id = ` + line + `5)`}, audit.Removed, 5},
		"move to another":  {[]string{`update audit_rows set tenant_id = 152502000000000 where id = ` + line + `3)`}, audit.Removed, 3},
		"insert into past": {[]string{`insert into ` + moved + line + `1)`}, audit.Inserted, 0},
		"swap two": {[]string{`with x as (select audit_id a from audit_seals where tenant_id = ` + village + ` and seq = 2), y as (select audit_id b from audit_seals where tenant_id = ` + village + ` and seq = 3)
			update audit_rows r set id = case when r.id = x.a then gen_random_uuid() else r.id end from x, y where r.id in (x.a)`}, audit.Removed, 2},
		"reorder seals": {[]string{
			`update audit_seals set seq = seq + 100 where tenant_id = ` + village + ` and seq = 2`, `update audit_seals set seq = 2 where tenant_id = ` + village + ` and seq = 3`,
			`update audit_seals set seq = 3 where tenant_id = ` + village + ` and seq = 102`,
		}, audit.SealAltered, 2},
		"alter a seal":     {[]string{`update audit_seals set hash = decode(repeat('00', 32), 'hex') where tenant_id = ` + village + ` and seq = 4`}, audit.Altered, 4},
		"remove a seal":    {[]string{`delete from audit_seals where tenant_id = ` + village + ` and seq = 2`}, audit.SealRemoved, 2},
		"remove last pair": {[]string{`delete from audit_rows where id = ` + line + `5)`, `delete from audit_seals where tenant_id = ` + village + ` and seq = 5`}, audit.SealRemoved, 5},
		"cut off and forge the head": {[]string{
			`delete from audit_rows where id = ` + line + `5)`, `delete from audit_seals where tenant_id = ` + village + ` and seq = 5`,
			`update audit_heads h set seq = 4, hash = s.hash from audit_seals s where s.tenant_id = h.tenant_id and s.seq = 4 and h.tenant_id = ` + village,
		}, audit.HeadAltered, 4},
		"remove the head":  {[]string{`delete from audit_heads where tenant_id = ` + village}, audit.HeadAltered, 0},
		"remove the chain": {[]string{`delete from audit_rows where tenant_id = ` + village, `delete from audit_seals where tenant_id = ` + village, `delete from audit_heads where tenant_id = ` + village}, audit.SumsAltered, 0},
		"remove the mark":  {[]string{`delete from audit_marks`}, audit.SumsAltered, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			b.write(dbtest.Village, 4)
			b.write(dbtest.County, 1)
			b.seal()
			b.later.Add(int64(3 * time.Hour))
			b.write(dbtest.Village, 1)
			b.seal()
			if r := b.verify(); !r.Sound() {
				t.Fatalf("before: %+v", r)
			}
			b.tamper(c.do...)
			r := b.verify()
			for _, p := range r.Problems {
				if p.Breach == c.want && p.Seq == c.seq {
					return
				}
			}
			t.Errorf("found %+v, want %s at %d", r.Problems, c.want, c.seq)
		})
	}
}

// An older state of one chain, head and signature included, does not pass: the
// sums over all chains are signed as well.
func TestOlderStateIsFound(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.write(dbtest.Village, 2)
	b.seal()
	b.tamper(`create table kept as select tenant_id, seq, hash, mac, sealed_at from audit_heads`)
	b.write(dbtest.Village, 1)
	b.seal()
	b.tamper(`delete from audit_rows where id = (select audit_id from audit_seals where seq = 3)`, `delete from audit_seals where seq = 3`,
		`update audit_heads h set seq = k.seq, hash = k.hash, mac = k.mac, sealed_at = k.sealed_at from kept k where k.tenant_id = h.tenant_id`)
	if r := b.verify(); len(r.Problems) != 1 || r.Problems[0].Breach != audit.SumsAltered {
		t.Errorf("found %+v", r.Problems)
	}
}

// No role of the application may rewrite the record, not even the jobs'.
func TestRecordIsAppendOnly(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.write(dbtest.Village, 1)
	b.seal()
	for _, kind := range []tenancy.Kind{tenancy.Staff, tenancy.System, tenancy.Person, tenancy.Public, tenancy.Relay} {
		for _, sql := range []string{
			`update audit_rows set actor_name = 'x'`, `delete from audit_rows`, `truncate audit_rows`,
			`update audit_seals set seq = 9`, `delete from audit_seals`, `delete from audit_heads`, `delete from audit_marks`,
		} {
			err := b.db.InTx(dbtest.As(t, dbtest.Village, kind), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, sql)
				return err
			})
			if fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s as %s: %v", sql, kind, err)
			}
		}
	}
	for _, kind := range []tenancy.Kind{tenancy.Staff, tenancy.Person, tenancy.Public} {
		err := b.db.InTx(dbtest.As(t, dbtest.Village, kind), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `insert into audit_seals (tenant_id, seq, audit_id, prev, hash, sealed_at) values (?, 9, gen_random_uuid(), '', '', now())`, dbtest.Village)
			return err
		})
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a %s sealed: %v", kind, err)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.write(dbtest.Village, 3)
	b.write(dbtest.County2, 2)
	b.seal()
	for name, c := range map[string]struct {
		at   tenancy.ID
		q    audit.Query
		want int
	}{
		"a league sees all":      {dbtest.League, audit.Query{}, 5},
		"a county sees its own":  {dbtest.County, audit.Query{}, 3},
		"by who":                 {dbtest.League, audit.Query{Who: "test"}, 5},
		"by nobody":              {dbtest.League, audit.Query{Who: "%"}, 0},
		"by action":              {dbtest.League, audit.Query{Action: "cases:accept", Kind: "case"}, 5},
		"by another action":      {dbtest.League, audit.Query{Action: "cases:reject"}, 0},
		"by time":                {dbtest.League, audit.Query{From: dbtest.Now().Add(30 * time.Second)}, 2},
		"before":                 {dbtest.League, audit.Query{To: dbtest.Now().Add(30 * time.Second)}, 3},
		"below":                  {dbtest.League, audit.Query{Under: tenancy.Interval{Lo: dbtest.County2, Hi: dbtest.County2 + 1e9 - 1}}, 2},
		"a page beyond the last": {dbtest.League, audit.Query{Page: 9, Size: 10}, 5},
		"an object that is none": {dbtest.League, audit.Query{Object: "x"}, 0},
	} {
		lines, total, err := b.svc.List(auditor(t, c.at), c.q)
		if err != nil || total != c.want {
			t.Errorf("%s: %d lines, total %d, want %d; %v", name, len(lines), total, c.want, err)
		}
	}
	lines, _, err := b.svc.List(auditor(t, dbtest.County), audit.Query{Size: 1, Asc: true})
	if err != nil || len(lines) != 1 || lines[0].Seq == nil || *lines[0].Seq != 1 || lines[0].TenantName != "第一嘎查" {
		t.Fatalf("first line %+v, %v", lines, err)
	}
	if l, err := b.svc.Get(auditor(t, dbtest.County), lines[0].ID); err != nil || l.Detail["days"] != 3.0 {
		t.Errorf("line %+v, %v", l, err)
	}
	if _, err := b.svc.Get(auditor(t, dbtest.County2), lines[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another county read it: %v", err)
	}
	if all, err := b.svc.Export(auditor(t, dbtest.League), audit.Query{Page: 2, Size: 1}); err != nil || len(all) != 5 {
		t.Errorf("exported %d, %v", len(all), err)
	}
}
