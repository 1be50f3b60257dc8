package forms_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

const editorID, reviewerID, citizenID = "00000000-0000-7000-8000-0000000000e1", "00000000-0000-7000-8000-0000000000e2", "00000000-0000-7000-8000-0000000000c1"

func newDB(t testing.TB) *db.DB { t.Helper(); return dbtest.New(t) }

func service(t testing.TB, d *db.DB) *forms.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	facts := func(context.Context) (map[string]any, error) {
		return map[string]any{"person.name": "乌云", "person.phone": "13800000000"}, nil
	}
	return forms.New(d, engine, forms.Asks{Sealer: sealer, Facts: facts})
}

func editor(t testing.TB, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: editorID, Name: "编辑", Roles: []string{policies.ItemEditor}})
}

func reviewer(t testing.TB, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: reviewerID, Name: "审核", Roles: []string{policies.ItemReviewer}})
}

func citizen(t testing.TB, at tenancy.ID, n int) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Person, ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n), Name: "其其格"})
}

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

// published makes a form of the county with a version.
func published(t testing.TB, s *forms.Service, schema forms.Schema) (forms.Form, *forms.Version) {
	t.Helper()
	f, err := s.Create(editor(t, dbtest.County), schema, db.NewID())
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Publish(reviewer(t, dbtest.County), f.ID, f.Version, "")
	if err != nil {
		t.Fatal(err)
	}
	f.Version++
	return f, v
}

func TestTheLifeOfAForm(t *testing.T) {
	t.Parallel()
	s := service(t, dbtest.New(t))
	ed, rev := editor(t, dbtest.County), reviewer(t, dbtest.County)
	f, err := s.Create(ed, grant(), "k")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Create(ed, grant(), "k"); err != nil || again.ID != f.ID {
		t.Errorf("the same form twice: %v %v", again.ID, err)
	}
	for who, ctx := range map[string]context.Context{"below": editor(t, dbtest.Township), "beside": editor(t, dbtest.County2), "a citizen": citizen(t, dbtest.Village, 1)} {
		_, err := s.Show(ctx, f.ID)
		kind(t, who+" reads a design", err, fault.NotFound)
	}
	_, err = s.Edit(rev, f.ID, f.Version, "x", func(*forms.Schema) error { return nil })
	kind(t, "a reviewer designs", err, fault.Forbidden)
	if f, err = s.Edit(ed, f.ID, f.Version, "label", func(x *forms.Schema) error { x.Find("name").Label = "姓　名"; return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = s.Edit(ed, f.ID, 1, "late", func(*forms.Schema) error { return nil })
	kind(t, "an old page", err, fault.Conflict)
	f = undoing(t, s, ed, f)
	_, err = s.Publish(ed, f.ID, f.Version, "")
	kind(t, "the editor publishes", err, fault.Forbidden)
	v, err := s.Publish(rev, f.ID, f.Version, "第一版")
	if err != nil || v.Number != 1 || v.Schema.Find("name").Label != "姓　名" {
		t.Fatal(v, err)
	}
	_, err = s.Publish(rev, f.ID, f.Version+1, "")
	kind(t, "nothing changed", err, fault.Precondition)
	sh, err := s.Show(editor(t, dbtest.Township), f.ID)
	if err != nil || sh.Own || len(sh.Versions) != 1 || sh.May[policies.FormsEdit] == "" {
		t.Errorf("below: %+v %v", sh, err)
	}
	if f, err = s.Withdraw(rev, f.ID, f.Version+1); err != nil || f.State != forms.Withdrawn {
		t.Fatal(err)
	}
	_, err = s.Begin(citizen(t, dbtest.Village, 1), f.ID, "")
	kind(t, "beginning a withdrawn form", err, fault.Precondition)
	kind(t, "deleting what was published", s.Delete(ed, f.ID, f.Version), fault.Precondition)
	list(t, s, f)
}

func undoing(t *testing.T, s *forms.Service, ed context.Context, f forms.Form) forms.Form {
	t.Helper()
	f, err := s.Undo(ed, f.ID, f.Version)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Undo(ed, f.ID, f.Version)
	kind(t, "nothing more to undo", err, fault.Precondition)
	sh, err := s.Show(ed, f.ID)
	if err != nil || sh.CanUndo || !sh.CanRedo || sh.Schema.Find("name").Label != "姓名" {
		t.Errorf("%+v %v", sh.Form, err)
	}
	if f, err = s.Redo(ed, f.ID, f.Version); err != nil {
		t.Fatal(err)
	}
	return f
}

func list(t *testing.T, s *forms.Service, f forms.Form) {
	t.Helper()
	for what, c := range map[string]struct {
		ctx   context.Context
		q     forms.Query
		total int
	}{
		"own": {editor(t, dbtest.County), forms.Query{Own: true, Sort: "title"}, 1}, "text": {editor(t, dbtest.County), forms.Query{Text: "生态"}, 1}, "other text": {editor(t, dbtest.County), forms.Query{Text: "公积金"}, 0},
		"below": {editor(t, dbtest.Township), forms.Query{State: forms.Withdrawn}, 1}, "beside": {editor(t, dbtest.County2), forms.Query{}, 0}, "above": {editor(t, dbtest.League), forms.Query{}, 1},
	} {
		p, err := s.List(c.ctx, c.q)
		if err != nil || p.Total != c.total || len(p.Rows) != c.total {
			t.Errorf("%s: %+v %v", what, p, err)
		}
	}
	_ = f
}

func TestFillingKeepsItsVersion(t *testing.T) {
	t.Parallel()
	s := service(t, dbtest.New(t))
	f, _ := published(t, s, grant())
	she := citizen(t, dbtest.Township, 1)
	d, err := s.Begin(she, f.ID, "item")
	if err != nil || d.Number != 1 || d.Values["name"] != "乌云" {
		t.Fatalf("%+v %v", d, err)
	}
	f, err = s.Edit(editor(t, dbtest.County), f.ID, f.Version, "add", func(x *forms.Schema) error {
		x.Fields = append(x.Fields, forms.Field{ID: "added", Kind: forms.Number, Label: "新增", Required: true})
		x.Find("staff").Kind = forms.Text // the same name holds something else from now on
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(reviewer(t, dbtest.County), f.ID, f.Version, ""); err != nil {
		t.Fatal(err)
	}
	again, err := s.Begin(she, f.ID, "item")
	if err != nil || again.ID != d.ID || again.Number != 1 {
		t.Errorf("her draft moved: %+v %v", again, err)
	}
	other, err := s.Begin(citizen(t, dbtest.Village, 2), f.ID, "")
	if err != nil || other.Number != 2 {
		t.Errorf("%+v %v", other, err)
	}
	_, _, err = s.Filling(citizen(t, dbtest.Township, 2), d.ID)
	kind(t, "somebody else's draft", err, fault.NotFound)
	_, _, err = s.Filling(editor(t, dbtest.Township), d.ID)
	kind(t, "staff read a draft", err, fault.NotFound)
	values := filled()
	values["kind"], values["code"], values["staff"] = "company", "91350100M000100Y43", "7"
	bad, err := s.File(she, d.ID, forms.Values{"kind": "person"}, s.Filing(forms.PersonKind))
	if err != nil || bad.OK() {
		t.Fatalf("%+v %v", bad, err)
	}
	done, err := s.File(she, d.ID, values, s.Filing(forms.PersonKind))
	if err != nil || !done.OK() {
		t.Fatalf("%+v %v", paths(done.Result), err)
	}
	_, err = s.File(she, d.ID, values, s.Filing(forms.PersonKind))
	kind(t, "filed twice", err, fault.Precondition)
	values["staff"], values["added"] = "七人", "3"
	if done, err := s.File(citizen(t, dbtest.Village, 2), other.ID, values, s.Filing(forms.PersonKind)); err != nil || !done.OK() {
		t.Fatalf("%+v %v", paths(done.Result), err)
	}
	reading(t, s, f)
}

func reading(t *testing.T, s *forms.Service, f forms.Form) {
	t.Helper()
	rev := reviewer(t, dbtest.County)
	p, err := s.Rows(rev, f.ID, forms.DataQuery{Sort: "filed_at"})
	if err != nil || p.Total != 2 || p.Rows[0].Number+p.Rows[1].Number != 3 {
		t.Fatalf("%+v %v", p, err)
	}
	for _, r := range p.Rows {
		want := map[int]any{1: 7.0, 2: "七人"}[r.Number]
		herd, _ := r.Values["herd"].([]map[string]any)
		if r.Values["staff"] != want || r.Values["name"] != "其其格" || len(herd) != 2 || herd[0]["worth"] != 10005.0 || herd[1]["brand"] != "月" {
			t.Errorf("version %d: %+v", r.Number, r.Values)
		}
	}
	if m := p.Version.Masked(p.Rows[0].Values); m["name"] != "其**" {
		t.Errorf("masked: %v", m["name"])
	}
	for what, c := range map[string]struct {
		ctx   context.Context
		where forms.Where
		total int
	}{
		"equal sealed":    {rev, forms.Where{Field: "name", Op: forms.Is, Value: "其其格"}, 2},
		"unequal sealed":  {rev, forms.Where{Field: "name", Op: forms.Is, Value: "其"}, 0},
		"a number":        {rev, forms.Where{Field: "added", Op: forms.AtLeast, Value: "3"}, 1},
		"too large":       {rev, forms.Where{Field: "total", Op: forms.AtMost, Value: "10000"}, 0},
		"a choice":        {rev, forms.Where{Field: "kind", Op: forms.Is, Value: "company"}, 2},
		"a tick":          {rev, forms.Where{Field: "agreed", Op: forms.Is, Value: "1"}, 2},
		"part of a text":  {rev, forms.Where{Field: "reason", Op: forms.Has, Value: "冬"}, 2},
		"at the village":  {reviewer(t, dbtest.Village), forms.Where{}, 1},
		"at the neighbor": {reviewer(t, dbtest.Village2), forms.Where{}, 0},
	} {
		p, err := s.Rows(c.ctx, f.ID, forms.DataQuery{Wheres: []forms.Where{c.where}, Sort: "total", From: "2026-03-04", To: "2026-03-04"})
		if err != nil || p.Total != c.total {
			t.Errorf("%s: %d %v", what, p.Total, err)
		}
	}
	_, err = s.Rows(citizen(t, dbtest.Village, 2), f.ID, forms.DataQuery{})
	kind(t, "a citizen reads the data", err, fault.Forbidden)
	_, err = s.Rows(rev, f.ID, forms.DataQuery{Wheres: []forms.Where{{Field: "total", Op: forms.AtLeast, Value: "x'"}}})
	kind(t, "a bad number", err, fault.Invalid)
	sums, err := s.Totals(rev, f.ID, "kind", forms.DataQuery{})
	if err != nil || len(sums.Groups) != 1 || sums.Groups[0].Group != "company" || sums.Groups[0].Count != 2 || sums.Groups[0].Sums[0].Sum != 20050 || sums.All.Count != 2 {
		t.Errorf("%+v %v", sums, err)
	}
	if sums, err = s.Totals(rev, f.ID, "tenant", forms.DataQuery{}); err != nil || len(sums.Groups) != 2 {
		t.Errorf("%+v %v", sums, err)
	}
}

func TestTwoDevicesAreTold(t *testing.T) {
	t.Parallel()
	s := service(t, dbtest.New(t))
	f, _ := published(t, s, grant())
	she := citizen(t, dbtest.Village, 1)
	d, err := s.Begin(she, f.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	phone, office := forms.Device{ID: "p", Label: "手机"}, forms.Device{ID: "o", Label: "电脑"}
	one, err := s.Save(she, d.ID, 1, forms.Values{"name": "甲", "unknown": "x", "born": "1999-01-01"}, nil, phone)
	if err != nil || one.Version != 2 || len(one.Clashes) != 0 {
		t.Fatalf("%+v %v", one, err)
	}
	two, err := s.Save(she, d.ID, 1, forms.Values{"name": "乙", "kind": "person"}, nil, office)
	if err != nil || two.Version != 3 || len(two.Clashes) != 1 || two.Clashes[0].Theirs != "甲" || two.Clashes[0].Label != "手机" {
		t.Fatalf("%+v %v", two, err)
	}
	three, err := s.Save(she, d.ID, two.Version, forms.Values{"name": "乙"}, []string{"name"}, office)
	if err != nil || three.Version != 4 {
		t.Fatalf("%+v %v", three, err)
	}
	if again, err := s.Save(she, d.ID, 1, forms.Values{"name": "乙"}, nil, office); err != nil || again.Version != 4 {
		t.Errorf("a repeated save: %+v %v", again, err)
	}
	late, err := s.Save(she, d.ID, one.Version, forms.Values{"reason": "雪灾"}, nil, phone)
	if err != nil || len(late.Others) != 2 || len(late.Clashes) != 0 {
		t.Errorf("%+v %v", late, err)
	}
	got, _, err := s.Filling(she, d.ID)
	if err != nil || got.Values["name"] != "乙" || got.Values["kind"] != "person" || got.Values["reason"] != "雪灾" || got.Values["born"] != nil || got.Values["unknown"] != nil {
		t.Errorf("%+v %v", got, err)
	}
	if fs, err := s.Fillings(she); err != nil || len(fs) != 1 {
		t.Errorf("%d %v", len(fs), err)
	}
}

// TestPublishingWhileFilling: versions come one after the other while many people
// begin, save and submit; nobody loses anything, and everybody stays on her version.
func TestPublishingWhileFilling(t *testing.T) {
	t.Parallel()
	stress(t, service(t, dbtest.New(t)), 60, 5, 0)
}

func stress(t testing.TB, s *forms.Service, people, versions int, pause time.Duration) {
	t.Helper()
	schema := forms.Schema{Title: "压力", Fields: []forms.Field{{ID: "first", Kind: forms.Text, Label: "甲"}, {ID: "second", Kind: forms.Number, Label: "乙"}}}
	f, _ := published(t, s, schema)
	var wg sync.WaitGroup
	work := make(chan int)
	for range 8 {
		wg.Go(func() {
			for n := range work {
				fillOne(t, s, f.ID, n)
			}
		})
	}
	wg.Go(func() {
		for i := range versions {
			var err error
			f, err = s.Edit(editor(t, dbtest.County), f.ID, f.Version, "add", func(x *forms.Schema) error {
				x.Fields = append(x.Fields, forms.Field{ID: fmt.Sprintf("v%d", i), Kind: forms.Text, Label: "加"})
				return nil
			})
			if err == nil {
				_, err = s.Publish(reviewer(t, dbtest.County), f.ID, f.Version, "")
			}
			if err != nil {
				t.Errorf("version %d: %v", i+2, err)
				return
			}
			f.Version++
			time.Sleep(pause)
		}
	})
	for n := range people {
		work <- n + 1
	}
	close(work)
	wg.Wait()
	p, err := s.Rows(reviewer(t, dbtest.County), f.ID, forms.DataQuery{Size: 1})
	if err != nil || p.Total != people {
		t.Fatalf("%d rows of %d: %v", p.Total, people, err)
	}
	sums, err := s.Totals(reviewer(t, dbtest.County), f.ID, "", forms.DataQuery{})
	if want := float64(people * (people + 1) / 2); err != nil || sums.All.Sums[0].Sum != want {
		t.Errorf("sum %v, want %v: %v", sums.All.Sums, want, err)
	}
}

func fillOne(t testing.TB, s *forms.Service, formID string, n int) {
	t.Helper()
	ctx := citizen(t, dbtest.Village, n)
	d, err := s.Begin(ctx, formID, "")
	if err != nil {
		t.Errorf("person %d: %v", n, err)
		return
	}
	seen := d.Version
	for _, c := range []forms.Values{{"first": fmt.Sprint("p", n)}, {"second": float64(n)}} {
		saved, err := s.Save(ctx, d.ID, seen, c, nil, forms.Device{ID: "d"})
		if err != nil || len(saved.Clashes) > 0 {
			t.Errorf("person %d: %+v %v", n, saved, err)
			return
		}
		seen = saved.Version
	}
	now, v, err := s.Filling(ctx, d.ID)
	if err != nil || now.Number != d.Number || v.Number != d.Number || now.Values["first"] != fmt.Sprint("p", n) {
		t.Errorf("person %d: %+v %v", n, now, err)
	}
	if done, err := s.File(ctx, d.ID, nil, s.Filing(forms.PersonKind)); err != nil || !done.OK() {
		t.Errorf("person %d: %+v %v", n, done.Errors, err)
	}
}
