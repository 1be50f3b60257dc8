package web_test

import (
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// By person (方式一) a case stays with whoever took it, through the steps of her posts; who accepted
// does not decide. By step (方式二) every step falls to its post.
func TestOnePersonCarriesACase(t *testing.T) {
	t.Parallel()
	const a, b = "00000000-0000-7000-8000-000000000021", "00000000-0000-7000-8000-000000000022"
	w := newTown(t)
	w.colleagues = []cases.Colleague{{ID: a, Name: "人21", Roles: []string{"clerk", "reviewer", "decider"}}, {ID: b, Name: "人22", Roles: []string{"clerk", "reviewer", "decider"}}}
	long := func(name, code, way string) string {
		body := catalog.Body{
			Name: name, BasicCode: code, Kind: "20", Level: "village", Origins: []string{"village"}, Department: "民政局", ProjectType: "2",
			LegalBasis: []catalog.LegalBasis{{Law: "社会救助暂行办法", Article: "第十一条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"救助"},
			Materials: []catalog.Material{{Name: "身份证明", Need: "1"}},
		}
		body.HandlingWay = way
		return w.publishFlow(body, flows.Linear(name, []flows.Step{
			{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 1},
			{ID: "review", Name: "审查", Kind: flows.Review, Level: flows.Own, Post: "reviewer", LimitDays: 1},
			{ID: "decide", Name: "决定", Kind: flows.Decide, Level: flows.Own, Post: "decider", LimitDays: 1},
			{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Own, Post: "clerk", LimitDays: 1},
		}))
	}
	citizen := w.as(dbtest.Village, "10")
	first := w.as(dbtest.Village, "21", "clerk", "reviewer", "decider")
	second := w.as(dbtest.Village, "22", "clerk", "reviewer", "decider")
	carried, err := w.cases.File(citizen, w.atOnce(citizen, long("临时救助", "002014004000", catalog.WayByPerson), "k1"))
	if err != nil || carried.Way != cases.ByPerson || carried.AssigneeID != "" {
		t.Fatalf("%+v, %v", carried, err)
	}
	c, err := w.cases.Accept(first, carried.ID, carried.Version, "受理")
	if err != nil || c.AssigneeID != a || c.AssigneeName != "人21" {
		t.Fatalf("after acceptance it is with %q, %v", c.AssigneeID, err)
	}
	if _, err := w.cases.Pass(second, c.ID, c.Version, "抢着办"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("somebody else: %v", err)
	}
	if c, err = w.cases.Pass(first, c.ID, c.Version, "同意"); err != nil || c.StepKind != "decide" || c.AssigneeID != "" {
		t.Fatalf("the decision is with %q, %v", c.AssigneeID, err) // never with who accepted
	}
	if _, err := w.cases.Decide(first, c.ID, c.Version, true, "准予"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who accepted decides: %v", err)
	}
	if c, err = w.cases.Decide(second, c.ID, c.Version, true, "准予"); err != nil || c.AssigneeID != b {
		t.Fatalf("the result is with %q, %v", c.AssigneeID, err)
	}
	w.desk(second).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "方式一")

	c, err = w.cases.File(citizen, w.atOnce(citizen, long("特困供养", "002014005000", ""), "k2"))
	if err == nil {
		c, err = w.cases.Accept(first, c.ID, c.Version, "受理")
	}
	if err != nil || c.Way != cases.ByStep || c.AssigneeID != "" {
		t.Errorf("by step it is with %q, %v", c.AssigneeID, err)
	}
}
