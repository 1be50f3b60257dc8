package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// afar is a clerk of an office in another county of the league.
func (w *town) afar() context.Context { return w.as(dbtest.Village3, "61", "clerk", "decider") }

func everywhere(b *catalog.Body, _ []flows.Step) { b.HandleArea, b.ProjectType = "4", "2" }

func atPath(id tenancy.ID) string { return "/desk/assist/elsewhere/at/" + id.String() }

// What is taken in elsewhere becomes a case of the competent office exactly once; whoever took it in
// sees how far it is, and nothing else, and hands the result over.
func TestWhatIsTakenInElsewhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(everywhere)
	local := w.instant(func(b *catalog.Body, _ []flows.Step) { b.Name, b.BasicCode = "只在当地办", "002014002000" })
	s := newSender(t, w.site(w.afar(), "/desk"))
	_, body := s.get("/desk/assist/elsewhere")
	kittest.Parse(t, body).Has("main", "还没有替外地收过件")
	_, body = s.get("/desk/assist/elsewhere/places?under=" + dbtest.Township.String())
	kittest.Parse(t, body).Has("main", "第一嘎查", "锡林郭勒盟").Has("a[href="+atPath(dbtest.Village)+"]", "在这里办理")
	_, body = s.get(atPath(dbtest.Village))
	kittest.Parse(t, body).Has("main", "生育登记", "不支持异地通办").Has("a[href="+atPath(dbtest.Village)+"/"+item+"]", "收件")
	if status, _ := s.get(atPath(dbtest.Village) + "/" + local); status != 409 {
		t.Errorf("an item that is not handled everywhere: %d", status)
	}
	if status, _ := s.get(atPath(dbtest.Village3) + "/" + item); status != 404 {
		t.Errorf("one's own place: %d", status)
	}
	form, fields := atPath(dbtest.Village)+"/"+item, applicant()
	fields["idem"] = "11111111-1111-4111-8111-111111111111"
	status, doc, _ := s.post(form, form, fields, nil)
	if status != 422 {
		t.Fatalf("without its paper: %d %s", status, doc.Text("main"))
	}
	paper := map[string][]byte{"material-0=证明.png": png()}
	for range 2 { // sent twice
		if status, doc, _ := s.post(form, form, fields, paper); status != 303 {
			t.Fatalf("taking in: %d %s", status, doc.Text("main"))
		}
	}
	_, body = s.get("/desk/assist/elsewhere")
	kittest.Parse(t, body).Has("table.ld-table", "正在转给办理地", "第一嘎查", "生育登记")
	for range 2 {
		if err := w.cases.RunTaken(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.cases.List(w.clerk(), cases.Query{})
	if err != nil || p.Total != 1 {
		t.Fatalf("%d cases, %v", p.Total, err)
	}
	c := p.Rows[0].Case
	if c.TenantID != dbtest.Village || c.Channel != cases.Elsewhere || c.TakenName == "" || c.Trips != 1 {
		t.Errorf("the case: %+v", c)
	}
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "异地收件", "呼格吉勒图嘎查", "证明.png", "作业面积")
	if _, err := w.cases.Show(w.afar(), c.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the whole case seen from where it was taken in: %v", err)
	}

	if c, err = w.cases.Accept(w.clerk(), c.ID, c.Version, "受理"); err == nil {
		_, err = w.cases.Decide(w.as(dbtest.Village, "22", "decider"), c.ID, c.Version, true, "准予")
	}
	if err == nil {
		err = w.cases.RunTaken(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	ps, _, err := w.cases.Taken(w.afar(), 1)
	if err != nil || len(ps) != 1 || !ps[0].MayHand() {
		t.Fatalf("%+v, %v", ps, err)
	}
	desk := w.desk(w.afar())
	desk.Get("/desk/assist/elsewhere").Want(200).Doc().Has("table.ld-table", "待送达", c.No, "已交付结果")
	desk.Post("/desk/assist/elsewhere/"+ps[0].ID+"/handed", url.Values{"receiver": {""}}).Want(422).Doc().Has("main", "领取人")
	desk.Post("/desk/assist/elsewhere/"+ps[0].ID+"/handed", url.Values{"receiver": {"演示·乌兰"}}).Want(303)
	if err := w.cases.HandTaken(w.afar(), ps[0].ID, "演示·乌兰", ""); fault.KindOf(err) != fault.Precondition {
		t.Errorf("handed over twice: %v", err)
	}
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Status != cases.Completed {
		t.Fatalf("the case is %s, %v", v.Case.Status, err)
	}
	desk.Get("/desk/assist/elsewhere").Want(200).Doc().Has("table.ld-table", "已办结", "交给演示·乌兰")
}

// Whatever the competent office's item refuses is told where it was taken in, and makes no case.
func TestTakingInIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(everywhere)
	in := cases.Filing{ItemID: item, Kind: "person", Name: "演示·乌兰", Number: "152502199001010012", Phone: "13800000002", Key: "k1"} // no paper
	p, err := w.cases.TakeIn(w.afar(), dbtest.Village, in, "生育登记", "4")
	if err == nil {
		err = w.cases.RunTaken(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	ps, _, err := w.cases.Taken(w.afar(), 1)
	if err != nil || len(ps) != 1 || ps[0].ID != p.ID || ps[0].State != cases.TakenRefused || ps[0].Reason != "case_material_missing" {
		t.Fatalf("%+v, %v", ps, err)
	}
	w.desk(w.afar()).Get("/desk/assist/elsewhere").Want(200).Doc().Has("table.ld-table", "没有转成", "必要材料")
	if l, err := w.cases.List(w.clerk(), cases.Query{}); err != nil || l.Total != 0 {
		t.Errorf("%d cases, %v", l.Total, err)
	}
	for area, at := range map[string]tenancy.ID{"": dbtest.Village, "4": dbtest.Village3} {
		in.Key = "k-" + area + strings.Repeat("x", 1)
		if _, err := w.cases.TakeIn(w.afar(), at, in, "生育登记", area); fault.KindOf(err) != fault.Precondition {
			t.Errorf("%q at %s: %v", area, at, err)
		}
	}
	if _, err := w.cases.TakeIn(w.as(dbtest.Village3, "62", "reviewer"), dbtest.Village, in, "生育登记", "4"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by a reviewer: %v", err)
	}
	if cases.Reaches("4", "province") || !cases.Reaches("3", "province") || cases.Reaches("3", "platform") || !cases.Reaches("1", "platform") || cases.Reaches("", "league") {
		t.Error("the range of handling is read wrongly")
	}
}
