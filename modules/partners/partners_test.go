package partners_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liandong/modules/partners"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

// clock is a hand that the test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) pass(some time.Duration) { c.at.Add(int64(some)) }

type office struct {
	*partners.Service

	t     *testing.T
	clock *clock
	name  string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: newClock(), name: dbtest.Clone(t)}
	o.Service = o.server(nil)
	return o
}

// server is another server on the same database.
func (o *office) server(shared partners.Counter) *partners.Service {
	o.t.Helper()
	d, err := db.Open(dbtest.DSN(o.name), 4, o.clock.now)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = d.Close() })
	engine, err := policies.New(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		o.t.Fatal(err)
	}
	return partners.New(d, engine, sealer, shared)
}

func admin(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.As(t, at, tenancy.Staff, "system_admin")
}

func input() partners.Input {
	return partners.Input{Name: "某银行", Contact: "王某", Phone: "0479-8123456", PerMinute: 3, PerDay: 5}
}

func (o *office) create(in partners.Input) (partners.Partner, string) {
	o.t.Helper()
	p, secret, err := o.Create(admin(o.t, dbtest.County), in)
	if err != nil {
		o.t.Fatal(err)
	}
	return p, secret
}

// admit asks once and returns why it was refused.
func (o *office) admit(s *partners.Service, key string) partners.Pass {
	o.t.Helper()
	p, err := s.Admit(o.t.Context(), key, "192.0.2.1")
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

func TestKeysAreShownOnceAndKeptAsHashes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, secret := o.create(input())
	if !strings.HasPrefix(secret, "ld_") || len(secret) != 29 {
		t.Errorf("key %q", secret)
	}
	d, err := o.Show(admin(t, dbtest.County), p.ID)
	if err != nil || len(d.Keys) != 1 || !strings.HasPrefix(secret, d.Keys[0].Prefix) || strings.Contains(d.Keys[0].Hash, secret[3:]) || d.Phone != "0479-8123456" {
		t.Errorf("shown: %+v, %v", d, err)
	}
	if strings.Contains(d.PhoneSealed, "8123456") || d.MaskedPhone() != "*******3456" {
		t.Errorf("the phone is kept as %q and shown as %q", d.PhoneSealed, d.MaskedPhone())
	}
	above, err := o.Show(admin(t, dbtest.League), p.ID)
	if err != nil || above.Own || above.Phone != "*******3456" {
		t.Errorf("the league sees %q, %v", above.Phone, err)
	}
	got := o.admit(o.Service, secret)
	if got.Refused != "" || got.Partner != p.ID || !got.Over.Contains(dbtest.Village) || got.Over.Contains(dbtest.County2) || got.Over.Contains(dbtest.League) {
		t.Errorf("admitted: %+v", got)
	}
}

func TestWhoMayManage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, _ := o.create(input())
	for name, c := range map[string]struct {
		ctx  context.Context
		want fault.Kind
	}{
		"a clerk":        {dbtest.As(t, dbtest.County, tenancy.Staff, "clerk"), fault.Forbidden},
		"the league":     {admin(t, dbtest.League), fault.Forbidden},
		"another county": {admin(t, dbtest.County2), fault.NotFound},
		"a citizen":      {dbtest.As(t, dbtest.County, tenancy.Person), fault.Forbidden},
	} {
		if err := o.Stop(c.ctx, p.ID, "不再使用"); fault.KindOf(err) != c.want {
			t.Errorf("%s stopped a partner: %v", name, err)
		}
		if _, err := o.Rotate(c.ctx, p.ID, p.ID, 0); fault.KindOf(err) != c.want {
			t.Errorf("%s made a key: %v", name, err)
		}
	}
	if _, _, err := o.Create(dbtest.As(t, dbtest.County, tenancy.Staff, "clerk"), input()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk made a partner: %v", err)
	}
	if _, _, err := o.List(dbtest.As(t, dbtest.County, tenancy.Staff, "clerk"), partners.Query{Limit: 20}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk lists partners: %v", err)
	}
	rows, total, err := o.List(admin(t, dbtest.League), partners.Query{Limit: 20, Text: "银行", State: partners.Active})
	if err != nil || total != 1 || rows[0].TenantName != "锡林浩特市" || rows[0].Own {
		t.Errorf("the league lists %+v, %v", rows, err)
	}
}

func TestWrongInput(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.create(input())
	_, _, err := o.Create(admin(t, dbtest.County), partners.Input{Name: "x", Phone: "电话", PerDay: -1, EndsOn: "明年", Note: strings.Repeat("长", 501), Contact: strings.Repeat("长", 101)})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 7 {
		t.Errorf("%v, want seven fields", err)
	}
	if _, _, err := o.Create(admin(t, dbtest.County), input()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("two partners of one name: %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, secret := o.create(input())
	ask := func(want string, left ...int) {
		t.Helper()
		got := o.admit(o.Service, secret)
		if got.Refused != want || (want != "") != (got.Wait > 0) {
			t.Fatalf("%+v, want %q", got, want)
		}
		for i, n := range left {
			if got.Limits[i].Left != n {
				t.Errorf("%s: %d left, want %d", got.Limits[i].Name, got.Limits[i].Left, n)
			}
		}
	}
	ask("", 2, 4)
	ask("", 1, 3)
	ask("", 0, 2)
	ask("partner_per_minute_reached", 0, 2)
	o.clock.pass(time.Minute) // known anew, and nothing folded yet
	ask("", 2, 1)
	if err := o.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask("", 1, 0)
	ask("partner_per_day_reached", 0, 0)
	o.clock.pass(time.Minute)
	ask("partner_per_day_reached", 2, 0)
	if err := o.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := o.Show(admin(t, dbtest.County), p.ID)
	if err != nil || len(d.Usage) != 1 || d.Usage[0].N != 5 || d.Usage[0].Refused != 3 || d.Today != 5 {
		t.Errorf("use: %+v, %v", d.Usage, err)
	}
	o.clock.pass(24 * time.Hour)
	ask("", 2, 4)
}

func TestStrangersHaveTheirOwnLimit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range partners.Anonymous {
		p, err := o.Admit(t.Context(), "", "2001:db8::"+string("0123456789abcdef"[i%16]))
		if err != nil || p.Refused != "" || p.Limits[0].Left != partners.Anonymous-1-i {
			t.Fatalf("request %d: %+v, %v", i, p, err)
		}
	}
	if p, _ := o.Admit(t.Context(), "", "2001:db8::99"); p.Refused != "partner_anonymous_reached" || p.Wait <= 0 {
		t.Errorf("%+v", p)
	}
	if p, _ := o.Admit(t.Context(), "", "2001:db8:0:1::1"); p.Refused != "" {
		t.Errorf("a neighbour is refused: %+v", p)
	}
	var last partners.Pass
	for i := range partners.Anonymous + 1 {
		last = o.admit(o.Service, "ld_guess"+string(rune('a'+i)))
	}
	if last.Refused != "partner_anonymous_reached" {
		t.Errorf("keys may be guessed without end: %+v", last)
	}
}

func TestKeysEnd(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	in := input()
	in.EndsOn, in.PerMinute, in.PerDay = "2026-03-20", 1000, 1000
	p, first := o.create(in)
	county, other := admin(t, dbtest.County), o.server(nil)
	refused := func(s *partners.Service, key, want string) {
		t.Helper()
		if got := o.admit(s, key); got.Refused != want || got.Wait > 0 && want != "" {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	refused(o.Service, "ld_nobody", "partner_key_unknown")
	refused(o.Service, first, "")
	refused(other, first, "")
	newest := func() string {
		d, err := o.Show(county, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return d.Keys[0].ID
	}
	shown := newest()
	second, err := o.Rotate(county, p.ID, shown, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	refused(o.Service, first, "")
	refused(o.Service, second, "")
	if _, err := o.Rotate(county, p.ID, shown, time.Hour); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same form twice: %v", err)
	}
	if _, err := o.Rotate(county, p.ID, newest(), 31*24*time.Hour); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an endless grace: %v", err)
	}
	third, err := o.Rotate(county, p.ID, newest(), 48*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	o.clock.pass(25 * time.Hour)
	refused(o.Service, first, "partner_key_ended") // not longer than it would have
	refused(o.Service, second, "")
	if err := o.Stop(county, p.ID, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("stopped for no reason: %v", err)
	}
	refused(other, third, "")
	if err := o.Stop(county, p.ID, "合同到期"); err != nil {
		t.Fatal(err)
	}
	refused(o.Service, third, "partner_stopped")
	o.clock.pass(10 * time.Second) // as long as another server may remember
	refused(other, third, "partner_stopped")
	if err := o.Resume(county, p.ID); err != nil {
		t.Fatal(err)
	}
	refused(o.Service, third, "")
	o.clock.pass(16 * 24 * time.Hour)
	refused(o.Service, third, "partner_expired")
}

func TestEditingIsSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, secret := o.create(input())
	in := input()
	in.PerMinute, in.Phone, in.Seen = 100, "", p.Version
	o.admit(o.Service, secret)
	if err := o.Edit(admin(t, dbtest.County), p.ID, in); err != nil {
		t.Fatal(err)
	}
	if got := o.admit(o.Service, secret); got.Limits[0].Max != 100 {
		t.Errorf("%+v", got)
	}
	if d, err := o.Show(admin(t, dbtest.County), p.ID); err != nil || d.Phone != "0479-8123456" {
		t.Errorf("the phone is lost: %q, %v", d.Phone, err)
	}
	if err := o.Edit(admin(t, dbtest.County), p.ID, in); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a stale edit won: %v", err)
	}
}

// together counts for several servers, until it breaks.
type together struct {
	mu     sync.Mutex
	n      map[string]int
	broken bool
}

func (c *together) Count(_ context.Context, who string, minute time.Time) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return 0, errors.New("gone")
	}
	c.n[who+minute.String()]++
	return c.n[who+minute.String()], nil
}

func TestServersCountTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, secret := o.create(input())
	c := &together{n: map[string]int{}}
	one, two := o.server(c), o.server(c)
	for i, s := range []*partners.Service{one, two, one} {
		if got := o.admit(s, secret); got.Refused != "" || got.Limits[0].Left != 2-i {
			t.Errorf("request %d: %+v", i, got)
		}
	}
	if got := o.admit(two, secret); got.Refused != "partner_per_minute_reached" {
		t.Errorf("the fourth is let in: %+v", got)
	}
	c.broken = true // each counts for itself from now on
	if got := o.admit(two, secret); got.Refused != "" || got.Limits[0].Left != 2 {
		t.Errorf("without the common count: %+v", got)
	}
}

// What many ask at once is counted to the last.
func TestNothingIsCountedTwiceOrLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	in := input()
	in.PerMinute, in.PerDay = 1000, 150
	p, secret := o.create(in)
	o.admit(o.Service, secret)
	var let atomic.Int64
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for range 25 {
				if got, err := o.Admit(t.Context(), secret, "192.0.2.1"); err == nil && got.Refused == "" {
					let.Add(1)
				}
			}
		})
	}
	asking.Go(func() {
		for range 5 {
			if err := o.Fold(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	asking.Wait()
	if err := o.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := o.Show(admin(t, dbtest.County), p.ID)
	if err != nil || let.Load() != 149 || len(d.Usage) != 1 || d.Usage[0].N != 150 || d.Usage[0].Refused != 51 {
		t.Errorf("%d let in, use %+v, %v", let.Load(), d.Usage, err)
	}
}
