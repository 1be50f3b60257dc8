package catalog_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// partner follows the feed of one tenant, and knows nothing else.
type partner struct {
	svc    *catalog.Service
	ctx    context.Context
	cursor string
	holds  map[string]string // item to what she read of it
	names  map[string]bool   // the same from what the feed says alone
}

func newPartner(t *testing.T, svc *catalog.Service, at tenancy.ID) *partner {
	t.Helper()
	return &partner{svc: svc, ctx: dbtest.As(t, at, tenancy.Public), holds: map[string]string{}, names: map[string]bool{}}
}

func told(version string, b catalog.Body) string {
	raw, err := json.Marshal(b)
	return fmt.Sprint(version, string(raw), err)
}

// poll reads one page and asks for every item that it names.
func (p *partner) poll(limit int) (more bool, err error) {
	page, err := p.svc.Feed(p.ctx, p.cursor, limit)
	if err != nil {
		return false, err
	}
	if len(page.Changes) > limit || page.Next == "" {
		return false, fmt.Errorf("%d changes, next %q", len(page.Changes), page.Next)
	}
	for _, c := range page.Changes {
		switch c.What {
		case catalog.ChangedPublished:
			p.names[c.ItemID] = true
		case catalog.ChangedWithdrawn:
			delete(p.names, c.ItemID)
		}
		g, err := p.svc.Guide(p.ctx, c.ItemID)
		switch {
		case fault.KindOf(err) == fault.NotFound && err != nil:
			delete(p.holds, c.ItemID)
		case err != nil:
			return false, err
		default:
			p.holds[c.ItemID] = told(g.Version.ID, g.Body)
		}
	}
	p.cursor = page.Next
	return page.More, nil
}

// settle reads on until there is no more, and compares with what is offered.
func (p *partner) settle(limit int) error {
	for more := true; more; {
		var err error
		if more, err = p.poll(limit); err != nil {
			return err
		}
	}
	want := map[string]string{}
	for page := 1; ; page++ {
		rows, err := p.svc.Offered(p.ctx, catalog.Query{Page: page, Size: 100, Sort: "name"})
		if err != nil {
			return err
		}
		for _, r := range rows.Rows {
			want[r.ID] = told(r.VersionID, r.Body)
		}
		if len(rows.Rows) < 100 {
			break
		}
	}
	if !maps.Equal(p.holds, want) {
		return fmt.Errorf("she holds %d items, %d are offered: %v, %v", len(p.holds), len(want), p.holds, want)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(p.names)), slices.Sorted(maps.Keys(want))) {
		return fmt.Errorf("by the words of the feed she holds %d items, %d are offered", len(p.names), len(want))
	}
	return nil
}

// makers make things happen to items of several tenants.
type makers struct {
	t     *testing.T
	svc   *catalog.Service
	codes atomic.Int64

	mu    sync.Mutex
	items map[tenancy.ID][]string
}

func newMakers(t *testing.T, svc *catalog.Service) *makers {
	t.Helper()
	return &makers{t: t, svc: svc, items: map[tenancy.ID][]string{}}
}

func (m *makers) as(at tenancy.ID) context.Context {
	return person(m.t, at, "1", "item_editor", "item_reviewer")
}

func (m *makers) reviewer(at tenancy.ID) context.Context {
	return person(m.t, at, "2", "item_reviewer")
}

func (m *makers) publish(at tenancy.ID) error {
	b := body()
	b.BasicCode, b.Name = fmt.Sprintf("000116%06d", m.codes.Add(1)), "事项"
	v, err := m.svc.Create(m.as(at), catalog.Draft{Body: b, Flow: []byte("<x/>")})
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.items[at] = append(m.items[at], v.ItemID)
	m.mu.Unlock()
	return m.pass(at, v)
}

func (m *makers) pass(at tenancy.ID, v catalog.Version) error {
	if _, err := m.svc.Submit(m.as(at), v.ID); err != nil {
		return err
	}
	_, err := m.svc.Publish(m.reviewer(at), v.ID, "同意")
	return err
}

func (m *makers) pick(at tenancy.ID, i int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.items[at]) == 0 {
		return db.NewID()
	}
	return m.items[at][i%len(m.items[at])]
}

func (m *makers) act(verb string, at, by tenancy.ID, i int) error {
	switch verb {
	case "publish":
		return m.publish(at)
	case "revise":
		v, err := m.svc.Revise(m.as(at), m.pick(at, i))
		if err != nil {
			return err
		}
		return m.pass(at, v)
	case "withdraw":
		v, err := m.svc.Begin(m.as(at), m.pick(at, i), catalog.ActCancel, "修法")
		if err != nil {
			return err
		}
		return m.pass(at, v)
	}
	id := m.pick(at, i)
	g, err := m.svc.Guide(m.as(by), id)
	if err != nil {
		return err
	}
	phone := fmt.Sprint("0479-", i)
	_, err = m.svc.Override(m.as(by), id, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"phone": phone}}, Seen: g.OwnSeen})
	return err
}

// ordinary reports whether an act was refused for what is ordinary among people
// who act at random.
func ordinary(err error) bool {
	k := fault.KindOf(err)
	return err == nil || k == fault.NotFound || k == fault.Precondition || k == fault.Conflict
}

// Whoever follows cursor after cursor ends with exactly what is offered, whatever
// happens between her questions.
func TestFeedMissesNothing(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	m := newMakers(t, svc)
	owners, all := []tenancy.ID{dbtest.League, dbtest.County, dbtest.Township}, []tenancy.ID{dbtest.League, dbtest.County, dbtest.County2, dbtest.Township, dbtest.Village}
	followers := map[tenancy.ID]*partner{}
	for _, at := range all {
		followers[at] = newPartner(t, svc, at) // these go on from round to round
	}
	rapid.Check(t, func(rt *rapid.T) {
		fresh := newPartner(t, svc, rapid.SampledFrom(all).Draw(rt, "where"))
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			verb := rapid.SampledFrom([]string{"publish", "revise", "withdraw", "override", "override", "poll", "poll"}).Draw(rt, "verb")
			if verb == "poll" {
				for _, p := range []*partner{fresh, followers[rapid.SampledFrom(all).Draw(rt, "who")]} {
					if _, err := p.poll(rapid.IntRange(1, 7).Draw(rt, "limit")); err != nil {
						rt.Fatal(err)
					}
				}
				continue
			}
			at, by := rapid.SampledFrom(owners).Draw(rt, "at"), rapid.SampledFrom(all).Draw(rt, "by")
			if err := m.act(verb, at, by, rapid.IntRange(0, 1000).Draw(rt, "item")); !ordinary(err) {
				rt.Fatalf("%s: %v", verb, err)
			}
		}
		if err := fresh.settle(rapid.IntRange(1, 40).Draw(rt, "page")); err != nil {
			rt.Fatal(err)
		}
	})
	for at, p := range followers {
		if err := p.settle(9); err != nil {
			t.Errorf("at %s: %v", at, err)
		}
	}
}

// The same while several tenants commit at once, in whatever order that comes to be.
func TestFeedMissesNothingAtOnce(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	m := newMakers(t, svc)
	p := newPartner(t, svc, dbtest.Village)
	var writers sync.WaitGroup
	var done atomic.Bool
	for w, at := range []tenancy.ID{dbtest.League, dbtest.League, dbtest.County, dbtest.Township} {
		writers.Go(func() {
			for i := range 12 {
				verb := []string{"publish", "override", "withdraw", "publish", "revise"}[(w+i)%5]
				if err := m.act(verb, at, dbtest.Village, i); !ordinary(err) {
					t.Errorf("%s: %v", verb, err)
				}
			}
		})
	}
	go func() { writers.Wait(); done.Store(true) }()
	for !done.Load() {
		if _, err := p.poll(3); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.settle(3); err != nil {
		t.Error(err)
	}
}

// What only organs work with is neither in the feed nor among what is published.
func TestEntriesAreNotPublished(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	nobody := dbtest.As(t, dbtest.Village, tenancy.Public)
	before, err := svc.Feed(nobody, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	entry, item := listed(t, svc, foodEntry()), published(t, svc)
	after, err := svc.Feed(nobody, before.Next, 10)
	if err != nil || len(after.Changes) != 1 || after.Changes[0].ItemID != item {
		t.Errorf("changes: %+v, %v", after.Changes, err)
	}
	fresh, err := svc.Feed(nobody, "", 10)
	if err != nil || len(fresh.Changes) != 1 || fresh.Changes[0].ItemID != item {
		t.Errorf("snapshot: %+v, %v", fresh.Changes, err)
	}
	if vs, err := svc.Editions(nobody, item); err != nil || len(vs) != 1 {
		t.Errorf("editions of an item: %d, %v", len(vs), err)
	}
	if vs, err := svc.Editions(nobody, entry); fault.KindOf(err) != fault.NotFound {
		t.Errorf("editions of an entry: %d, %v", len(vs), err)
	}
}

func TestFeedRefusesCursorsOfOthers(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	published(t, svc)
	county, village := dbtest.As(t, dbtest.County, tenancy.Public), dbtest.As(t, dbtest.Village, tenancy.Public)
	page, err := svc.Feed(county, "", 10)
	if err != nil || len(page.Changes) != 1 || page.More || page.Changes[0].What != catalog.ChangedPublished || *page.Changes[0].Number != 1 {
		t.Fatalf("the snapshot: %+v, %v", page, err)
	}
	cut, flipped := page.Next[:len(page.Next)-2], []byte(page.Next)
	flipped[4]++
	for name, c := range map[string]string{
		"cut": cut, "changed": string(flipped), "empty bytes": base64.RawURLEncoding.EncodeToString(make([]byte, 9)), "words": "下一页", "spaces": " ",
	} {
		_, err := svc.Feed(county, c, 10)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || f.Fields["cursor"] != "feed_cursor_wrong" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = svc.Feed(village, page.Next, 10)
	if f, ok := fault.As(err); !ok || f.Fields["cursor"] != "feed_cursor_wrong" {
		t.Errorf("the cursor of another tenant: %v", err)
	}
	empty := setup(t) // as if an older state had been restored
	_, err = empty.Feed(county, page.Next, 10)
	if f, ok := fault.As(err); !ok || f.Fields["cursor"] != "feed_cursor_restart" {
		t.Errorf("a cursor ahead of the present: %v", err)
	}
}

// Who follows the feed learns of a suspension and its end on the day, be it decided
// then or planned before.
func TestFeedTellsOfSuspensions(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	editor, reviewer, nobody := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer"), dbtest.As(t, dbtest.Village, tenancy.Public)
	pass := func(v catalog.Version, err error) {
		t.Helper()
		if err == nil {
			_, err = l.svc.Submit(editor, v.ID)
		}
		if err == nil {
			_, err = l.svc.Publish(reviewer, v.ID, "同意")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	first, err := l.svc.Create(editor, catalog.Draft{Body: l.body(), Flow: []byte("<x/>")})
	pass(first, err)
	cursor := ""
	told := func() (whats []string) {
		t.Helper()
		page, err := l.svc.Feed(nobody, cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Changes {
			whats = append(whats, c.What)
		}
		cursor = page.Next
		return whats
	}
	is := func(want ...string) {
		t.Helper()
		if got := told(); !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	}
	is(catalog.ChangedPublished)
	planned := func(act string, day int) {
		t.Helper()
		v, err := l.svc.Begin(editor, first.ItemID, act, "系统升级")
		if err == nil && day > 0 {
			on := calendar.DateOf(l.db.Now()) + calendar.Date(day)
			v, err = l.svc.SetDates(editor, v.ID, v.Version, catalog.Dates{EffectiveOn: &on})
		}
		pass(v, err)
	}
	planned(catalog.ActSuspend, 3)
	is()
	l.now.Add(4)
	l.tick(t)
	is(catalog.ChangedSuspended)
	if g, err := l.svc.Guide(nobody, first.ItemID); err != nil || g.Item.State != catalog.StateSuspended || g.Suspended == "" {
		t.Errorf("suspended: %+v, %v", g.Item, err)
	}
	planned(catalog.ActResume, 2)
	l.now.Add(2)
	l.tick(t)
	l.tick(t)
	is(catalog.ChangedResumed)
	planned(catalog.ActSuspend, 0)
	is(catalog.ChangedSuspended)
}
