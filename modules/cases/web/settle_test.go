package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// instant is an item that is done at once where it is filed, changed by the given hand.
func (w *town) instant(change func(*catalog.Body, []flows.Step)) string {
	w.t.Helper()
	b := catalog.Body{
		Name: "生育登记", BasicCode: "002014001000", Kind: "20", Level: "village", Origins: []string{"village"}, Department: "卫生健康委员会", ProjectType: "1",
		LegalBasis: []catalog.LegalBasis{{Law: "人口与计划生育法", Article: "第十八条"}}, StatutoryDays: 1, PromisedDays: 1, Keywords: []string{"生育"},
		Materials: []catalog.Material{{Name: "身份证明", Need: "1"}},
	}
	steps := []flows.Step{
		{ID: "accept", Name: "窗口受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 1},
		{ID: "decide", Name: "当场决定", Kind: flows.Decide, Level: flows.Own, Post: "decider", LimitDays: 1},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Own, Post: "clerk", LimitDays: 1},
	}
	if change != nil {
		change(&b, steps)
	}
	return w.publishFlow(b, flows.Linear(b.Name, steps))
}

// chief is a clerk to whom decisions are entrusted as well.
func (w *town) chief() context.Context { return w.as(dbtest.Village, "21", "clerk", "decider") }

// atOnce is a filing at the counter with its paper.
func (w *town) atOnce(ctx context.Context, item, key string) cases.Filing {
	w.t.Helper()
	f, err := w.files.Upload(ctx, "证明.png", "身份证明", strings.NewReader(string(png())))
	if err != nil {
		w.t.Fatal(err)
	}
	return cases.Filing{ItemID: item, Kind: "person", Name: "演示·乌兰", Number: "152502199001010012", Phone: "13800000002", Files: []string{f.ID}, Key: key}
}

func granted() cases.Verdict {
	return cases.Verdict{Outcome: cases.Granted, Opinion: "当场决定", Delivery: cases.Handover{Way: cases.Collected, Note: "当面交付"}}
}

// One transaction files, accepts, decides and delivers, with every document of the steps.
func TestAnInstantCaseIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(nil)
	in := w.atOnce(w.chief(), item, "k1")
	c, err := w.cases.FileAndSettle(w.chief(), in, granted())
	if err != nil {
		t.Fatal(err)
	}
	if c.Status != cases.Completed || c.Outcome != cases.Granted || c.Kind != cases.KindInstant || c.AcceptedBy != c.DecidedBy || c.EndedAt == nil {
		t.Errorf("the case: %+v", c)
	}
	v, err := w.cases.Show(w.chief(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var acts, papers []string
	for _, s := range v.Steps {
		acts = append(acts, s.Act)
	}
	for _, d := range v.Documents {
		papers = append(papers, d.Kind)
	}
	if !slices.Equal(acts, []string{"accept", cases.Granted, "deliver"}) {
		t.Errorf("steps: %v", acts)
	}
	for _, want := range []string{"receipt", "accept", "grant", "delivery", "completion"} {
		if !slices.Contains(papers, want) {
			t.Errorf("no %s among %v", want, papers)
		}
	}
	again, err := w.cases.FileAndSettle(w.chief(), in, granted())
	if err != nil || again.ID != c.ID || again.Version != c.Version {
		t.Errorf("twice: %s, %v", again.ID, err)
	}
}

// Whoever may not take every step takes none of them: nothing is filed.
func TestSettlingIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(nil)
	above := w.instant(func(b *catalog.Body, ss []flows.Step) {
		b.Name, b.BasicCode, ss[1].Level = "参保登记", "002014002000", flows.County
	})
	promised := w.instant(func(b *catalog.Body, _ []flows.Step) {
		b.Name, b.BasicCode, b.ProjectType = "老年证", "002014003000", "2"
	})
	for _, x := range []struct {
		name, item string
		who        context.Context
		says       string
	}{
		{"no decider", item, w.clerk(), "审批决定"},
		{"decided above", above, w.chief(), "不在您所在的单位"},
		{"a promised one", promised, w.chief(), "只有即办件"},
	} {
		_, err := w.cases.FileAndSettle(x.who, w.atOnce(x.who, x.item, "k-"+x.name), granted())
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Forbidden || !strings.Contains(f.Detail, x.says) {
			t.Errorf("%s: %v", x.name, err)
		}
		if err := w.cases.MaySettle(x.who, x.item, nil); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s, before: %v", x.name, err)
		}
	}
	if p, err := w.cases.List(w.clerk(), cases.Query{}); err != nil || p.Total != 0 {
		t.Errorf("%d cases are left, %v", p.Total, err)
	}
	if err := w.cases.MaySettle(w.chief(), item, nil); err != nil {
		t.Errorf("the chief: %v", err)
	}
}

// The counter sees one screen, and prints from the next.
func TestTheCounterSettles(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(nil)
	s := newSender(t, w.site(w.chief(), "/desk"))
	form := "/desk/assist/" + item
	_, body := s.get(form)
	kittest.Parse(t, body).Has("main", "当场办结（即办件）", "受理并当场办结", "只收件")
	fields := applicant()
	fields["settle"], fields["outcome"], fields["opinion"], fields["way"] = "1", cases.Granted, "", "collect"
	paper := map[string][]byte{"material-0=证明.png": png()}
	status, doc, _ := s.post(form, form, fields, paper)
	if status != 422 {
		t.Fatalf("without an opinion: %d", status)
	}
	doc.Has("#f-opinion-error", "办理意见")
	fields["opinion"] = "材料齐全"
	status, doc, head := s.post(form, form, fields, paper)
	if status != 303 {
		t.Fatalf("settling: %d %s", status, doc.Text("main"))
	}
	_, body = s.get(head.Get("Location"))
	kittest.Parse(t, body).Has(".alert-success", "已当场办结", "准予").Has("main", "打印收件凭证", "准予行政许可")
	_, body = newSender(t, w.site(w.clerk(), "/desk")).get(form)
	kittest.Parse(t, body).Has("main", "不能由您当场办结", "审批决定", "提交申请")
}

// A case that was filed online is settled from its page.
func TestAnOnlineCaseIsSettledFromItsPage(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	citizen := w.as(dbtest.Village, "10")
	c, err := w.cases.File(citizen, w.atOnce(citizen, w.instant(nil), "k1"))
	if err != nil {
		t.Fatal(err)
	}
	desk := w.desk(w.chief())
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("#acts", "受理并当场办结").Has("main", "即办件")
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("#acts .ld-error-fields", "受理并当场办结", "审批决定")
	said := url.Values{"version": {version(c)}, "outcome": {cases.Denied}, "opinion": {"不符合条件"}, "way": {"collect"}}
	post(desk, c.ID, "settle", said).Want(303)
	desk.Post("/desk/cases/"+c.ID+"/acts/settle", said).Want(303) // sent twice
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "已办结（不予）")
}
