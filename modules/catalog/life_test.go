package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// life is one database with a clock that a test turns.
type life struct {
	svc   *catalog.Service
	db    *db.DB
	now   atomic.Int64 // days after dbtest.Now
	codes atomic.Int64
	names atomic.Int64
}

func newLife(t *testing.T) *life {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := &life{}
	l.db = db.Over(dbtest.Pool(t), func() time.Time { return dbtest.Now().AddDate(0, 0, int(l.now.Load())) })
	l.svc = catalog.New(l.db, engine, shelf{})
	return l
}

func (l *life) body() catalog.Body {
	b := body()
	b.BasicCode, b.Name = fmt.Sprintf("000116%06d", l.codes.Add(1)), fmt.Sprint("事项", l.names.Add(1))
	return b
}

func (l *life) tick(t *testing.T) {
	t.Helper()
	if _, err := l.svc.PutDue(dbtest.As(t, tenancy.Platform, tenancy.System)); err != nil {
		t.Fatal(err)
	}
}

// TestLawsOfALife lets people at two levels do anything in any order. Whatever
// they do: what is refused is refused for an ordinary reason, and the laws hold.
func TestLawsOfALife(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	verbs := []string{"create", "approve", "approve", "approve", "submit", "pass", "pass", "pass", "pass", "return", "dates", "tick", "change", "suspend", "resume", "cancel", "split", "fill", "fill", "merge", "take back", "discard", "override", "chain"}
	var did sync.Map
	kept := map[string]string{}
	rapid.Check(t, func(r *rapid.T) {
		at := rapid.SampledFrom([]tenancy.ID{dbtest.League, dbtest.County}).Draw(r, "at")
		editor := person(t, at, "1", "item_editor")
		reviewers := []context.Context{person(t, at, "2", "item_reviewer"), person(t, at, "3", "item_reviewer"), person(t, at, "4", "item_reviewer"), person(t, at, "1", "item_reviewer")}
		var items []string
		for range 3 { // to begin with, something is in force
			v, err := l.svc.Create(editor, catalog.Draft{Body: l.body(), Flow: []byte("<x/>")})
			if err != nil {
				r.Fatal(err)
			}
			items = append(items, v.ItemID)
			if _, err := l.svc.Submit(editor, v.ID); err != nil {
				r.Fatal(err)
			}
			for _, by := range reviewers[:3] {
				_, _ = l.svc.Publish(by, v.ID, "同意") // as many as the chain has steps
			}
		}
		for range rapid.IntRange(20, 70).Draw(r, "acts") {
			verb := rapid.SampledFrom(verbs).Draw(r, "verb")
			err := l.act(t, r, verb, at, editor, rapid.SampledFrom(reviewers).Draw(r, "reviewer"), &items)
			if k := fault.KindOf(err); err != nil && k != fault.Precondition && k != fault.NotFound && k != fault.Invalid && k != fault.Forbidden && k != fault.Conflict {
				r.Fatalf("%s: %v", verb, err)
			} else if err == nil {
				did.Store(verb, true)
			}
		}
		l.laws(t, r)
		l.keep(t, r, kept)
	})
	for _, v := range verbs {
		if _, ok := did.Load(v); !ok {
			t.Errorf("nobody ever managed to %s", v)
		}
	}
}

func (l *life) act(t *testing.T, r *rapid.T, verb string, at tenancy.ID, editor, reviewer context.Context, items *[]string) error {
	t.Helper()
	pick := func() string {
		if len(*items) == 0 {
			return db.NewID()
		}
		return rapid.SampledFrom(*items).Draw(r, "item")
	}
	open := func() (catalog.Version, error) {
		sh, err := l.svc.Show(editor, pick())
		return sh.Version, err
	}
	switch verb {
	case "create":
		if len(*items) > 5 {
			return nil
		}
		v, err := l.svc.Create(editor, catalog.Draft{Body: l.body(), Flow: []byte("<x/>")})
		*items = append(*items, v.ItemID)
		return err
	case "tick":
		l.now.Add(int64(rapid.IntRange(1, 5).Draw(r, "days")))
		l.tick(t)
		return nil
	case "chain":
		c, err := l.svc.Chain(reviewer)
		if err != nil {
			return err
		}
		var steps []catalog.ReviewStep
		for i := range rapid.IntRange(0, 3).Draw(r, "steps") {
			steps = append(steps, catalog.ReviewStep{Name: fmt.Sprint("第", i)})
		}
		seen := 0
		if c.Own {
			seen = c.Version
		}
		return l.svc.SetChain(reviewer, steps, seen)
	case "change", "suspend", "resume", "cancel":
		id := pick()
		if verb == "resume" {
			_ = by(editor, person(t, at, "2", "item_reviewer"), l.svc, id, catalog.ActSuspend) // where it can be
		}
		_, err := l.svc.Begin(editor, id, verb, "修法")
		return err
	case "merge":
		v, err := l.svc.Merge(editor, catalog.Merger{Name: "合并后的事项", Reason: "合并", Items: []string{pick(), pick(), pick()}})
		if err == nil {
			*items = append(*items, v.ItemID)
		}
		return err
	case "override":
		id := pick()
		g, err := l.svc.Guide(person(t, dbtest.Village, "5", "item_editor"), id)
		if err != nil {
			return err
		}
		_, err = l.svc.Override(person(t, dbtest.Village, "5", "item_editor"), id, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"phone": fmt.Sprint(l.names.Add(1))}}, Seen: g.OwnSeen})
		return err
	case "split":
		lead, err := l.svc.Split(editor, pick(), "拆分", []string{"甲事项", "乙事项"})
		if err != nil {
			return err
		}
		sh, err := l.svc.ShowVersion(editor, lead.ID)
		for _, p := range sh.Parts {
			*items = append(*items, p.ItemID)
		}
		return err
	}
	v, err := open()
	if err != nil {
		return err
	}
	switch verb {
	case "fill": // what is copied has no code yet
		b := l.body()
		if v.Body.BasicCode != "" {
			return nil
		}
		_, err = l.svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b})
	case "submit":
		_, err = l.svc.Submit(editor, v.ID)
	case "approve":
		if _, err = l.svc.Submit(editor, v.ID); err == nil {
			for _, who := range []string{"2", "3", "4"} {
				_, _ = l.svc.Publish(person(t, at, who, "item_reviewer"), v.ID, "同意") // as many as the chain has steps
			}
		}
	case "pass":
		_, err = l.svc.Publish(reviewer, v.ID, "同意")
	case "return":
		_, _ = l.svc.Submit(editor, v.ID)
		_, err = l.svc.Return(reviewer, v.ID, "再改")
	case "take back":
		if v, err = l.later(t, at, editor, v); err == nil {
			_, err = l.svc.TakeBack(person(t, at, "2", "item_reviewer"), v.ID, v.Version)
		}
	case "discard":
		err = l.svc.Discard(editor, v.ID, v.Version)
	case "dates":
		today := calendar.DateOf(l.db.Now())
		from := today + calendar.Date(rapid.IntRange(0, 6).Draw(r, "from"))
		until := from + calendar.Date(rapid.IntRange(1, 9).Draw(r, "until"))
		d := catalog.Dates{EffectiveOn: &from}
		if rapid.Bool().Draw(r, "ends") {
			d.CancelOn = &until
		}
		_, err = l.svc.SetDates(editor, v.ID, v.Version, d)
	}
	return err
}

// later approves a draft for another day.
func (l *life) later(t *testing.T, at tenancy.ID, editor context.Context, v catalog.Version) (catalog.Version, error) {
	t.Helper()
	day := calendar.DateOf(l.db.Now()) + 2
	if _, err := l.svc.SetDates(editor, v.ID, v.Version, catalog.Dates{EffectiveOn: &day}); err != nil {
		return v, err
	}
	if _, err := l.svc.Submit(editor, v.ID); err != nil {
		return v, err
	}
	for _, who := range []string{"2", "3", "4"} {
		_, _ = l.svc.Publish(person(t, at, who, "item_reviewer"), v.ID, "同意") // as many as the chain has steps
	}
	sh, err := l.svc.ShowVersion(editor, v.ID)
	return sh.Version, err
}

// laws are what no order of acts may break, each as rows that must not be there.
func (l *life) laws(t *testing.T, r *rapid.T) {
	t.Helper()
	for law, sql := range map[string]string{
		"one version at most is in force":     `select item_id::text from item_versions where state = 'published' group by item_id having count(*) > 1`,
		"an item in force has its version":    `select i.id::text from items i left join item_versions v on v.id = i.live_id where i.state in ('published', 'suspended') and v.state is distinct from 'published'`,
		"what is withdrawn is out of force":   `select i.id::text from items i join item_versions v on v.item_id = i.id and v.state = 'published' where i.state not in ('published', 'suspended')`,
		"withdrawn is for good":               `select a.item_id::text from item_changes a join item_changes b on b.item_id = a.item_id and b.tenant_id = a.tenant_id and b.n > a.n where a.what = 'withdrawn'`,
		"numbers have no gap":                 `select item_id::text from item_versions group by item_id having max(number) <> count(*)`,
		"lineage has no circle":               `with recursive up as (select from_id, to_id from item_lineage union select u.from_id, l.to_id from up u join item_lineage l on l.from_id = u.to_id) select from_id::text from up where from_id = to_id`,
		"what something followed is over":     `select l.from_id::text from item_lineage l join items i on i.id = l.from_id where i.state <> 'withdrawn'`,
		"no code is two items'":               `select code from item_codes where kind = 'basic' group by tenant_id, code having count(distinct item_id) > 1`,
		"what is over has no code":            `select c.code from item_codes c join items i on i.id = c.item_id where i.state = 'withdrawn' and c.ended_at is null`,
		"every step of the chain was passed":  `select v.id::text from item_versions v where v.published_at is not null and v.lead_id is null and (select count(distinct w.step) from item_reviews w where w.version_id = v.id and w.round = v.round and w.passed) <> jsonb_array_length(v.chain)`,
		"by distinct people, none the author": `select w.version_id::text from item_reviews w join item_versions v on v.id = w.version_id where w.passed group by w.version_id, w.round, v.author_id having count(distinct w.reviewer_id) <> count(*) or bool_or(w.reviewer_id = v.author_id)`,
		"parts come with their lead":          `select p.id::text from item_versions p join item_versions v on v.id = p.lead_id where p.published_at is distinct from v.published_at and (p.number = 1)`,
		"the state follows the last act": `select i.id::text from items i join lateral (select act from item_versions v where v.item_id = i.id and v.published_at is not null and v.act <> 'change' order by number desc limit 1) a on true
			where i.state <> 'withdrawn' and i.state <> case a.act when 'suspend' then 'suspended' else 'published' end`,
	} {
		var bad []string
		if err := l.db.InTx(dbtest.As(t, tenancy.Platform, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
			return tx.NewRaw(sql).Scan(ctx, &bad)
		}); err != nil {
			r.Fatalf("%s: %v", law, err)
		}
		if len(bad) > 0 {
			r.Fatalf("%s: %v", law, bad)
		}
	}
}

// keep holds every published version to what it said when it was first seen.
func (l *life) keep(t *testing.T, r *rapid.T, kept map[string]string) {
	t.Helper()
	var rows []struct{ ID, Body string }
	if err := l.db.InTx(dbtest.As(t, tenancy.Platform, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select id::text, md5(body::text || coalesce(flow_id::text, '') || act || reason || author_id || published_at) as body from item_versions where published_at is not null`).Scan(ctx, &rows)
	}); err != nil {
		r.Fatal(err)
	}
	for _, x := range rows {
		if was, ok := kept[x.ID]; ok && was != x.Body {
			r.Fatalf("published version %s has changed", x.ID)
		}
		kept[x.ID] = x.Body
	}
}

// TestTwoReviewersAtOnce lets several people pass the one step that is open: one of them does.
func TestTwoReviewersAtOnce(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	if err := l.svc.SetChain(person(t, dbtest.League, "2", "item_reviewer"), []catalog.ReviewStep{{Name: "一"}, {Name: "二"}}, 0); err != nil {
		t.Fatal(err)
	}
	v, err := l.svc.Create(editor, catalog.Draft{Body: l.body(), Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	if v, err = l.svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var wg sync.WaitGroup
	for _, who := range []string{"2", "3", "4", "5"} {
		ctx := person(t, dbtest.League, who, "item_reviewer")
		wg.Go(func() {
			_, err := l.svc.PublishSeen(ctx, v.ID, v.Version, "同意")
			if err == nil {
				won.Add(1)
			} else if fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sh, err := l.svc.ShowVersion(editor, v.ID)
	if err != nil || won.Load() != 1 || sh.Version.Step != 1 || len(sh.Reviews) != 1 || sh.Version.State != catalog.StateReviewing {
		t.Errorf("%d won, %+v, %v", won.Load(), sh.Reviews, err)
	}
	if _, err := l.svc.Publish(person(t, dbtest.League, sh.Reviews[0].ReviewerID[35:], "item_reviewer"), v.ID, "同意"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("one person passed both steps: %v", err)
	}
}

// TestOnItsDay schedules a version, meets the day, and reports what the item's end made impossible.
func TestOnItsDay(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	day := calendar.DateOf(l.db.Now()) + 3
	v, err := l.svc.Create(editor, catalog.Draft{Body: l.body(), Flow: []byte("<x/>")})
	if err == nil {
		v, err = l.svc.SetDates(editor, v.ID, v.Version, catalog.Dates{EffectiveOn: &day})
	}
	if err == nil {
		_, err = l.svc.Submit(editor, v.ID)
	}
	if err == nil {
		v, err = l.svc.Publish(reviewer, v.ID, "同意")
	}
	if err != nil || v.State != catalog.StateScheduled {
		t.Fatalf("%s, %v", v.State, err)
	}
	village := dbtest.As(t, dbtest.Village, tenancy.Public)
	if _, err := l.svc.Guide(village, v.ItemID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("read before its day: %v", err)
	}
	given, err := l.svc.Codes(editor, v.ItemID)
	if err != nil || !slices.ContainsFunc(given, catalog.GivenCode.Reserved) {
		t.Errorf("codes %+v, %v", given, err)
	}
	l.tick(t)
	l.now.Add(3)
	l.tick(t)
	l.tick(t)
	if g, err := l.svc.Guide(village, v.ItemID); err != nil || g.Version.ID != v.ID {
		t.Errorf("not in force on its day: %v", err)
	}
	if err := by(editor, reviewer, l.svc, v.ItemID, catalog.ActSuspend); err != nil {
		t.Fatal(err)
	}
	if g, err := l.svc.Guide(village, v.ItemID); err != nil || g.Suspended != "修法" {
		t.Errorf("suspended because %q, %v", g.Suspended, err)
	}
	if err := l.db.InTx(village, func(ctx context.Context, tx *db.Tx) error {
		_, err := l.svc.Resolve(ctx, tx, v.ItemID)
		return err
	}); fault.KindOf(err) != fault.Precondition {
		t.Errorf("applied for while suspended: %v", err)
	}
	list, n, err := l.svc.Announcements(village, 1, 10)
	if err != nil || n != 2 || list[0].Key != catalog.TellSuspended || list[1].Key != catalog.TellPublished {
		t.Errorf("%d announced: %+v, %v", n, list, err)
	}
}

// fill gives a new item its own codes.
func (l *life) fill(t *testing.T, editor context.Context, id string) {
	t.Helper()
	sh, err := l.svc.Show(editor, id)
	if err == nil {
		b := l.body()
		b.Name = sh.Version.Body.Name
		_, err = l.svc.Edit(editor, sh.Version.ID, sh.Version.Version, catalog.Draft{Body: b})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestSplitAndMergeKeepLineage takes one item apart, and puts its parts together again.
func TestSplitAndMergeKeepLineage(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	id := published(t, l.svc)
	editor, reviewer, village := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer"), dbtest.As(t, dbtest.Village, tenancy.Public)
	for _, a := range []string{catalog.ActSuspend, catalog.ActResume} {
		if err := act(t, l.svc, id, a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
	lead, err := l.svc.Split(editor, id, "分类办理", []string{"甲事项", "乙事项"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.svc.Submit(editor, lead.ID); fault.KindOf(err) != fault.Precondition {
		t.Errorf("submitted with parts that have no code: %v", err)
	}
	sh, err := l.svc.ShowVersion(editor, lead.ID)
	if err != nil || len(sh.Parts) != 2 {
		t.Fatalf("%d parts, %v", len(sh.Parts), err)
	}
	parts := []string{sh.Parts[0].ItemID, sh.Parts[1].ItemID}
	for _, p := range parts {
		l.fill(t, editor, p)
	}
	if _, err := l.svc.Submit(editor, lead.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := l.svc.Publish(reviewer, sh.Parts[0].ID, "同意"); fault.KindOf(err) != fault.Precondition {
		t.Errorf("a part went alone: %v", err)
	}
	if _, err := l.svc.Publish(reviewer, lead.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	g, err := l.svc.Gone(village, id)
	if err != nil || len(g.To) != 2 || g.To[0].Act != catalog.ActSplit || g.Reason != "分类办理" {
		t.Errorf("gone %+v, %v", g, err)
	}
	v, err := l.svc.Merge(editor, catalog.Merger{Name: "合并的事项", Reason: "一件事一次办", Items: parts, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	l.fill(t, editor, v.ItemID)
	if _, err := l.svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	im, err := l.svc.Impact(reviewer, v.ID)
	if err != nil || im.Ends != 2 || im.Sites == 0 {
		t.Errorf("impact %+v, %v", im, err)
	}
	if _, err := l.svc.Publish(reviewer, v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if g, err := l.svc.Gone(village, p); err != nil || len(g.To) != 1 || g.To[0].ItemID != v.ItemID || g.To[0].Act != catalog.ActMerge {
			t.Errorf("gone %+v, %v", g, err)
		}
	}
	if err := act(t, l.svc, id, catalog.ActChange); fault.KindOf(err) != fault.Precondition {
		t.Errorf("changed what is over: %v", err)
	}
	list, n, err := l.svc.Announcements(village, 1, 20)
	if err != nil || n != 7 || list[0].Text == "" {
		t.Errorf("%d announced, %+v, %v", n, list, err)
	}
}
