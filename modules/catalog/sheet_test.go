package catalog_test

import (
	"context"
	"sync"
	"testing"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// strict is a shelf whose flows are not sound for short promises.
type strict struct{ shelf }

func (strict) Sound(_ context.Context, _ *db.Tx, _ tenancy.ID, _ string, days int) error {
	if days < 10 {
		return fault.InvalidField("bpmn", "flow_over_promise")
	}
	return nil
}

func strictly(t *testing.T) *catalog.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return catalog.New(dbtest.New(t), engine, strict{})
}

func TestOneKeyMakesOneItem(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	const rivals = 6
	ids := make(chan string, rivals)
	var start sync.WaitGroup
	start.Add(1)
	for range rivals {
		go func() {
			start.Wait()
			v, err := svc.Create(editor, catalog.Draft{Body: body(), Flow: []byte("<x/>"), Key: "same"})
			if err != nil {
				t.Error(err)
			}
			ids <- v.ItemID
		}()
	}
	start.Done()
	seen := map[string]bool{}
	for range rivals {
		seen[<-ids] = true
	}
	p, err := svc.Kept(editor, catalog.Query{Span: catalog.SpanOwn})
	if err != nil || len(seen) != 1 || p.Total != 1 {
		t.Errorf("%d answers, %d items, %v", len(seen), p.Total, err)
	}
}

func TestUnsoundFlowIsNeitherSubmittedNorPublished(t *testing.T) {
	t.Parallel()
	svc := strictly(t)
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	short := body()
	short.PromisedDays = 5
	v, err := svc.Create(editor, catalog.Draft{Body: short, Flow: []byte("<x/>")})
	if err != nil {
		t.Fatalf("a draft may be unfinished: %v", err)
	}
	if _, err := svc.Submit(editor, v.ID); fault.KindOf(err) != fault.Invalid {
		t.Errorf("submitted a flow longer than the promise: %v", err)
	}
	if v, err = svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: body()}); err != nil {
		t.Fatal(err)
	}
	if v, err = svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := svc.CountReviews(reviewer); err != nil || n != 1 {
		t.Errorf("%d wait for review, %v", n, err)
	}
	if _, err := svc.PublishSeen(reviewer, v.ID, v.Version-1, "同意"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("published what she had not seen: %v", err)
	}
	if _, err := svc.PublishSeen(reviewer, v.ID, v.Version, "同意"); err != nil {
		t.Fatal(err)
	}
	if n, err := svc.CountReviews(reviewer); err != nil || n != 0 {
		t.Errorf("%d wait for review, %v", n, err)
	}
}

func TestSheetsAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.County, "1", "item_editor")
	v, err := svc.Create(editor, catalog.Draft{Body: body(), Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	above, below, beside := person(t, dbtest.League, "2", "item_editor"), person(t, dbtest.Village, "3", "item_editor"), person(t, dbtest.County2, "4", "item_editor")
	sh, err := svc.Show(above, v.ItemID)
	if err != nil || string(sh.Flow) != "<x/>" || sh.Owner.Name != "锡林浩特市" || sh.May[policies.ItemsEdit] == "" {
		t.Errorf("the league sees and may not edit: %+v, %v", sh.May, err)
	}
	for name, ctx := range map[string]context.Context{"below": below, "beside": beside, "public": dbtest.As(t, dbtest.County, tenancy.Public)} {
		if _, err := svc.Show(ctx, v.ItemID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s sees a draft: %v", name, err)
		}
		if _, err := svc.ShowVersion(ctx, v.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s sees a version of a draft: %v", name, err)
		}
	}
	for _, id := range []string{"", "nonsense", "00000000-0000-7000-8000-00000000ffff", "------------------------------------", "'; drop table items --"} {
		_, _, herr := svc.History(editor, id)
		_, verr := svc.ShowVersion(editor, id)
		_, rerr := svc.Revise(editor, id)
		_, gerr := svc.Guide(editor, id)
		_, serr := svc.Split(editor, id, "x", []string{"甲事项", "乙事项"})
		for _, err := range []error{herr, verr, rerr, gerr, serr} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("id %q: %v", id, err)
			}
		}
	}
}

func TestSpansOfTheList(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	published(t, svc)
	if _, err := svc.Create(person(t, dbtest.County, "1", "item_editor"), catalog.Draft{Body: body()}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at                           tenancy.ID
		here, own, inherited, beside int
	}{
		{dbtest.League, 1, 1, 0, 1}, {dbtest.County, 2, 1, 1, 0}, {dbtest.County2, 1, 0, 1, 0}, {dbtest.Village, 1, 0, 1, 0},
	} {
		ctx := person(t, c.at, "5", "clerk")
		for span, want := range map[catalog.Span]int{catalog.SpanHere: c.here, catalog.SpanOwn: c.own, catalog.SpanInherited: c.inherited, catalog.SpanBelow: c.beside} {
			p, err := svc.Kept(ctx, catalog.Query{Span: span})
			if err != nil || p.Total != want {
				t.Errorf("at %s, %s: %d items, want %d, %v", c.at, span, p.Total, want, err)
			}
		}
	}
}

func TestOverrideOfTextsAndItsBounds(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc)
	phone, remedy, long := "12345", "向旗人民政府申请行政复议", string(make([]rune, 600))
	county, township := person(t, dbtest.County, "3", "item_editor"), person(t, dbtest.Township, "4", "item_editor")
	if _, err := svc.Override(county, id, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"complaint_phone": phone, "remedy": remedy}, DropMaterials: []string{"身份证"}}}); err != nil {
		t.Fatal(err)
	}
	near := "0479-2"
	if _, err := svc.Override(township, id, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"complaint_phone": near}}}); err != nil {
		t.Fatal(err)
	}
	g, err := svc.Guide(dbtest.As(t, dbtest.Village, tenancy.Public), id)
	if err != nil || g.Body.Complaint != near || g.Body.Remedy != remedy || len(g.Body.Materials) != 1 || g.Source["complaint_phone"] != dbtest.Township || g.Names[dbtest.County] != "锡林浩特市" {
		t.Errorf("folded: %+v from %v, %v", g.Body, g.Names, err)
	}
	if b, err := svc.Inherited(township, id); err != nil || b.Complaint != phone {
		t.Errorf("inherited complaint phone %q, %v", b.Complaint, err)
	}
	for name, c := range map[string]struct {
		ctx  context.Context
		in   catalog.Change
		want fault.Kind
	}{
		"own item":        {person(t, dbtest.League, "1", "item_editor"), catalog.Change{Fields: catalog.Fields{Values: map[string]string{"phone": phone}}}, fault.Precondition},
		"more materials":  {county, catalog.Change{Added: []string{"户口簿"}, Seen: 1}, fault.Forbidden},
		"not open":        {county, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"power_source": "上级下放"}}, Seen: 1}, fault.Invalid},
		"no number":       {county, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"appointments_per_day": "许多"}}, Seen: 1}, fault.Invalid},
		"too long":        {county, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"remedy": long}}, Seen: 1}, fault.Invalid},
		"unknown":         {township, catalog.Change{Fields: catalog.Fields{DropMaterials: []string{"身份证"}}, Seen: 1}, fault.Invalid},
		"label of a lock": {county, catalog.Change{Locked: []string{"实施部门"}, Seen: 1}, fault.Forbidden},
	} {
		if _, err := svc.Override(c.ctx, id, c.in); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
