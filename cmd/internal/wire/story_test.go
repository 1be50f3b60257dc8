package wire

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

type town struct {
	db    *db.DB
	items *catalog.Service
	cases *cases.Service
	files *files.Service
}

func newTown(t *testing.T) town {
	t.Helper()
	return townOn(t, dbtest.New(t))
}

func townOn(t *testing.T, d *db.DB) town {
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
	w := town{db: d, items: catalog.New(d, engine, fl), files: files.New(d, engine, bucket)}
	w.cases = cases.New(d, engine, cases.Asks{Items: offers{w.items}, Flows: fl, Tree: places{}, Calendars: book.Book{}, Sealer: sealer, Files: w.files})
	return w
}

func as(t *testing.T, at tenancy.ID, who string, roles ...string) context.Context {
	t.Helper()
	kind := tenancy.Staff
	if len(roles) == 0 {
		kind = tenancy.Person
	}
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: kind, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles})
}

// climbing is accepted in the village, reviewed by township and county, decided by the league, delivered at home.
func climbing() []flows.Step {
	return []flows.Step{
		{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2},
		{ID: "pre", Name: "苏木初审", Kind: flows.Review, Level: flows.Parent, Post: "reviewer", LimitDays: 3},
		{ID: "review", Name: "旗县审查", Kind: flows.Review, Level: flows.County, Post: "reviewer", LimitDays: 4},
		{ID: "decide", Name: "盟级决定", Kind: flows.Decide, Level: flows.League, Post: "decider", LimitDays: 5},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Origin, Post: "clerk", LimitDays: 2},
	}
}

func (w town) publish(t *testing.T) string {
	t.Helper()
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"放牧"},
	}
	v, err := w.items.Create(as(t, dbtest.League, "01", "item_editor"), catalog.Draft{Body: b, Flow: flows.Linear("草原作业许可", climbing())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.items.Submit(as(t, dbtest.League, "01", "item_editor"), v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.items.Publish(as(t, dbtest.League, "02", "item_reviewer"), v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

func filing(item, key string) cases.Filing {
	return cases.Filing{ItemID: item, Kind: "person", Name: "演示·其其格", Number: "152502199001010012", Phone: "13800000001", Key: key}
}

func TestCaseClimbsAndComesBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(t)
	citizen := as(t, dbtest.Village, "10")
	c, err := w.cases.File(citizen, filing(item, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.cases.File(citizen, filing(item, "k1"))
	if err != nil || again.ID != c.ID {
		t.Fatalf("the same form twice: %s and %s, %v", c.ID, again.ID, err)
	}
	clerk := as(t, dbtest.Village, "11", "clerk")
	if n, err := w.cases.CountTodo(clerk); err != nil || n != 1 {
		t.Fatalf("the clerk has %d to do, %v", n, err)
	}
	if c, err = w.cases.Accept(clerk, c.ID, c.Version, "材料齐全"); err != nil {
		t.Fatal(err)
	}
	if c.AtTenant != dbtest.Township || c.DueAt == nil {
		t.Fatalf("accepted case stands at %s, due %v", c.AtTenant, c.DueAt)
	}
	if _, err = w.cases.Pass(as(t, dbtest.County, "13", "reviewer"), c.ID, c.Version, "越级"); fault.KindOf(err) != fault.Forbidden {
		t.Fatalf("the county operated on a case that stands at the township: %v", err)
	}
	if c, err = w.cases.Pass(as(t, dbtest.Township, "12", "reviewer"), c.ID, c.Version, "属实"); err != nil {
		t.Fatal(err)
	}
	if c, err = w.cases.AskSupplement(as(t, dbtest.County, "13", "reviewer"), c.ID, c.Version, []string{"草原承包合同"}, ""); err != nil {
		t.Fatal(err)
	}
	if c.Status != cases.Supplement || c.DueAt != nil {
		t.Fatalf("after the notice: %s, due %v", c.Status, c.DueAt)
	}
	if c, err = w.cases.Resubmit(citizen, c.ID, c.Version, "已补", nil); err != nil {
		t.Fatal(err)
	}
	if c, err = w.cases.Pass(as(t, dbtest.County, "13", "reviewer"), c.ID, c.Version, "同意"); err != nil {
		t.Fatal(err)
	}
	decider := as(t, dbtest.League, "14", "decider")
	if c, err = w.cases.SendBack(decider, c.ID, c.Version, "请核实面积"); err != nil || c.AtTenant != dbtest.County {
		t.Fatalf("sent back to %s, %v", c.AtTenant, err)
	}
	if c, err = w.cases.Pass(as(t, dbtest.County, "13", "reviewer"), c.ID, c.Version, "已核实"); err != nil {
		t.Fatal(err)
	}
	if c, err = w.cases.Decide(decider, c.ID, c.Version, true, "准予"); err != nil {
		t.Fatal(err)
	}
	if c, err = w.cases.Deliver(clerk, c.ID, c.Version, "本人领取"); err != nil {
		t.Fatal(err)
	}
	v, err := w.cases.Show(citizen, c.ID)
	if err != nil || v.Case.Status != cases.Completed || v.Case.Outcome != cases.Granted || len(v.Steps) != 7 {
		t.Fatalf("at the end: %+v steps %d, %v", v.Case.Status, len(v.Steps), err)
	}
	for _, ctx := range []context.Context{as(t, dbtest.Village3, "20", "clerk"), as(t, dbtest.County2, "21", "supervisor"), as(t, dbtest.Village2, "22", "clerk"), as(t, dbtest.Village, "23")} {
		if _, err := w.cases.Show(ctx, c.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a stranger sees the case: %v", err)
		}
	}
}

// Two people act on the same step at once: exactly one wins.
func TestOneOfTwoWins(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c, err := w.cases.File(as(t, dbtest.Village, "10"), filing(w.publish(t), "k"))
	if err != nil {
		t.Fatal(err)
	}
	const rivals = 8
	errs := make(chan error, rivals)
	var start sync.WaitGroup
	start.Add(1)
	for range rivals {
		go func() {
			start.Wait()
			_, err := w.cases.Accept(as(t, dbtest.Village, "11", "clerk"), c.ID, c.Version, "受理")
			errs <- err
		}()
	}
	start.Done()
	won := 0
	for range rivals {
		if err := <-errs; err == nil {
			won++
		} else if k := fault.KindOf(err); k != fault.Conflict {
			t.Errorf("a loser got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

// The same form sent many times at once files one case.
func TestDoubleSubmitFilesOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item, ctx := w.publish(t), as(t, dbtest.Village, "10")
	ids := make(chan string, 6)
	for range cap(ids) {
		go func() {
			c, err := w.cases.File(ctx, filing(item, "same"))
			if err != nil {
				t.Error(err)
			}
			ids <- c.ID
		}()
	}
	seen := map[string]bool{}
	for range cap(ids) {
		seen[<-ids] = true
	}
	p, err := w.cases.List(ctx, cases.Query{})
	if err != nil || len(seen) != 1 || p.Total != 1 {
		t.Errorf("%d answers, %d cases, %v", len(seen), p.Total, err)
	}
}

func TestBadFiling(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(t)
	in := filing(item, "k")
	in.Number, in.Phone, in.Name = "152502199001010013", "12", ""
	_, err := w.cases.File(as(t, dbtest.Village, "10"), in)
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("bad filing: %v", err)
	}
	if _, err := w.cases.File(as(t, dbtest.County, "10"), filing(item, "k")); fault.KindOf(err) != fault.Precondition {
		t.Errorf("filed at a level that does not take it: %v", err)
	}
	var none *db.Tx
	if _, err := w.cases.Show(context.Background(), "x"); !errors.Is(err, tenancy.ErrNoScope) || none != nil {
		t.Errorf("without a scope: %v", err)
	}
}
