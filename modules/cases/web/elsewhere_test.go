package web_test

import (
	"context"
	"net/url"
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
	ps, _, err := w.cases.Taken(w.afar(), cases.TakenQuery{State: cases.TakenDeliver})
	if err != nil || len(ps) != 1 || !ps[0].MayHand() {
		t.Fatalf("%+v, %v", ps, err)
	}
	desk, one := w.desk(w.afar()), "/desk/assist/elsewhere/"+ps[0].ID
	desk.Get("/desk/assist/elsewhere?state=deliver&q=生育").Want(200).Doc().Has("table.ld-table", "待送达", c.No).Has("a[href='"+one+"#hand']", "交付结果")
	desk.Get("/desk/assist/elsewhere?state=refused").Want(200).Doc().Has("main", "没有符合条件的收件")
	desk.Get(one).Want(200).Doc().Has("main", c.No, "证明.png", "未在本窗口核对").Has("#hand", "领取人", "已交付结果")
	desk.Post(one+"/handed", url.Values{"receiver": {""}}).Want(422).Doc().Has("#hand", "领取人")
	desk.Post(one+"/handed", url.Values{"receiver": {"演示·乌兰"}}).Want(303)
	if err := w.cases.HandTaken(w.afar(), ps[0].ID, "演示·乌兰", "", nil); fault.KindOf(err) != fault.Precondition {
		t.Errorf("handed over twice: %v", err)
	}
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Status != cases.Completed {
		t.Fatalf("the case is %s, %v", v.Case.Status, err)
	}
	desk.Get("/desk/assist/elsewhere").Want(200).Doc().Has("table.ld-table", "已办结")
	desk.Get(one).Want(200).Doc().Has("#hand", "交给演示·乌兰")
	w.desk(w.as(dbtest.Village2, "65", "clerk")).Get(one).Want(404)
}

// What the competent office's item refuses is told at once where it is taken in, paper by paper; what
// changed there meanwhile is told afterwards, and nothing has to be typed again.
func TestTakingInIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(everywhere)
	in := w.atOnce(w.afar(), item, "k1")
	files := in.Files
	in.Files = nil
	if _, err := w.cases.TakeIn(w.afar(), dbtest.Village, in, "生育登记", "4"); !blames(err, "material:身份证明") {
		t.Fatalf("without its paper: %v", err)
	}
	in.Files, in.Checked = files, []string{"身份证明"}
	if _, err := w.cases.TakeIn(w.as(dbtest.Village3, "64", "clerk"), dbtest.Village, in, "生育登记", "4"); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("with the upload of a colleague: %v", err)
	}
	p, err := w.cases.TakeIn(w.afar(), dbtest.Village, in, "生育登记", "4")
	if err != nil {
		t.Fatal(err)
	}
	w.demand(item, "居住证明", "户口簿")
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	ps, _, err := w.cases.Taken(w.afar(), cases.TakenQuery{State: cases.TakenRefused})
	if err != nil || len(ps) != 1 || ps[0].ID != p.ID || ps[0].Reason != "case_material_missing" || ps[0].Detail != "居住证明、户口簿" {
		t.Fatalf("%+v, %v", ps, err)
	}
	again := atPath(dbtest.Village) + "/" + item + "?again=" + p.ID
	desk := w.desk(w.afar())
	desk.Get("/desk/assist/elsewhere").Want(200).Doc().Has("table.ld-table", "没有转成", "居住证明、户口簿").Has("a[href='"+again+"']", "改正后重新收件")
	desk.Get("/desk/assist/elsewhere/"+p.ID).Want(200).Doc().Has("main", "没有转成：", "居住证明、户口簿", "已核对")
	if l, err := w.cases.List(w.clerk(), cases.Query{}); err != nil || l.Total != 0 {
		t.Errorf("%d cases, %v", l.Total, err)
	}
	s := newSender(t, w.site(w.afar(), "/desk"))
	_, body := s.get(again)
	kittest.Parse(t, body).Has("main", "已上传：证明.png", "居住证明").Has("input[name=number][value='152502199001010012']").Has("input[name=seen-0][checked]")
	fields := applicant()
	fields["again"], fields["kept-0"], fields["seen-0"] = p.ID, files[0]+" 证明.png", "1"
	status, doc, head := s.post(again, atPath(dbtest.Village)+"/"+item, fields, map[string][]byte{"material-1=居住.png": png(), "material-2=户口.png": png()})
	if status != 303 {
		t.Fatalf("taken in once more: %d %s", status, doc.Text("main"))
	}
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk.Get(head.Get("Location")).Want(200).Doc().Has("main", "已成为第一嘎查的办件")
	desk.Get("/desk/assist/elsewhere/"+p.ID).Want(200).Doc().Has("main", "已经重新收件")
	if _, _, err := w.cases.TakeAgain(w.afar(), p.ID); fault.KindOf(err) != fault.Precondition {
		t.Errorf("corrected twice: %v", err)
	}
}

// Who may take in what for whom.
func TestTakingInHasBounds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	in := w.atOnce(w.afar(), w.instant(everywhere), "k1")
	for area, at := range map[string]tenancy.ID{"": dbtest.Village, "4": dbtest.Village3} {
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

// Originals seen where a case is taken in are an act of that office, and nobody asks for them again.
func TestOriginalsAreSeenElsewhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, f []flows.Step) {
		everywhere(b, f)
		b.OnlineMode, b.OnsiteTimes = catalog.ModePrecheck, 1
	})
	in := w.atOnce(w.afar(), item, "k1")
	in.Checked = []string{"身份证明", "没有交的"}
	if _, err := w.cases.TakeIn(w.afar(), dbtest.Village, in, "生育登记", "4"); err != nil {
		t.Fatal(err)
	}
	c := w.takenOver(item)
	if c.Trips != 1 || c.TripsOver() {
		t.Errorf("%d comings, %d promised", c.Trips, c.TripsPromised)
	}
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || len(v.Originals) != 0 {
		t.Fatalf("still to be seen: %v, %v", v.Originals, err)
	}
	for _, p := range v.Procedures {
		if (p.Kind == cases.OriginalsSeen || p.Kind == cases.Trip) && (p.AtTenant != dbtest.Village3 || p.BegunName != "人61" || p.ToName != "呼格吉勒图嘎查") {
			t.Errorf("%+v", p)
		}
	}
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "人61（异地收件：呼格吉勒图嘎查） · 核验原件：身份证明", "人61（异地收件：呼格吉勒图嘎查） · 到场：窗口申请").Lacks("#acts [name=originals]")
	if _, err := w.cases.Accept(w.clerk(), c.ID, c.Version, "受理"); err != nil {
		t.Errorf("accepted without seeing them again: %v", err)
	}
}

// A case of 原件核验 is handed over where it was taken in, against the originals.
func TestOriginalsAreSeenElsewhereAtDelivery(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, f []flows.Step) {
		everywhere(b, f)
		b.OnlineMode, b.OnsiteTimes = catalog.ModeVerify, 2
	})
	p, err := w.cases.TakeIn(w.afar(), dbtest.Village, w.atOnce(w.afar(), item, "k1"), "生育登记", "4")
	if err != nil {
		t.Fatal(err)
	}
	c := w.takenOver(item)
	if c, err = w.cases.Accept(w.clerk(), c.ID, c.Version, "受理"); err == nil {
		_, err = w.cases.Decide(w.as(dbtest.Village, "22", "decider"), c.ID, c.Version, true, "准予")
	}
	if err == nil {
		err = w.cases.RunTaken(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	desk, one := w.desk(w.afar()), "/desk/assist/elsewhere/"+p.ID
	desk.Get(one).Want(200).Doc().Has("#hand", "已核验原件的材料", "身份证明")
	w.wait(1)
	desk.Post(one+"/handed", url.Values{"receiver": {"演示·乌兰"}}).Want(422).Doc().Has("#hand", "原件").Has("#f-receiver[value='演示·乌兰']")
	desk.Post(one+"/handed", url.Values{"receiver": {"演示·乌兰"}, "originals": {"身份证明"}}).Want(303)
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Status != cases.Completed || v.Case.Trips != 2 || v.Case.TripsOver() {
		t.Fatalf("%s after %d comings, %v", v.Case.Status, v.Case.Trips, err)
	}
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "人61（异地收件：呼格吉勒图嘎查） · 核验原件：身份证明", "到场：领取结果")
	desk.Get(one).Want(200).Doc().Has("main", "交付时已核对", "交给演示·乌兰")
}

// What keeps the competent office's delivery from ending is told at both offices, and the handing over can be
// written down once more.
func TestADeliveryElsewhereThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(everywhere)
	p, err := w.cases.TakeIn(w.afar(), dbtest.Village, w.atOnce(w.afar(), item, "k1"), "生育登记", "4")
	if err != nil {
		t.Fatal(err)
	}
	c := w.takenOver(item)
	if c, err = w.cases.Accept(w.clerk(), c.ID, c.Version, "受理"); err == nil {
		_, err = w.cases.Decide(w.as(dbtest.Village, "22", "decider"), c.ID, c.Version, true, "准予")
	}
	if err == nil {
		err = w.cases.RunTaken(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	desk, one := w.desk(w.afar()), "/desk/assist/elsewhere/"+p.ID
	w.owed = map[string][]string{"deliver": {"准予决定的附件"}}
	desk.Get(one).Want(200)
	desk.Post(one+"/handed", url.Values{"receiver": {"演示·乌兰"}}).Want(303)
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk.Get(one).Want(200).Doc().Has("#hand", "交付没有登记成功", "已交付结果")
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "登记了交付结果，但送达环节办不结")
	w.owed = nil
	desk.Post(one+"/handed", url.Values{"receiver": {"演示·乌兰"}}).Want(303)
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Status != cases.Completed || v.Case.TakenTrouble != "" {
		t.Errorf("%s %q, %v", v.Case.Status, v.Case.TakenTrouble, err)
	}
}

// takenOver lets the competent office get the one case of an item that was taken in.
func (w *town) takenOver(item string) cases.Case {
	w.t.Helper()
	if err := w.cases.RunTaken(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	p, err := w.cases.List(w.clerk(), cases.Query{ItemID: item})
	if err != nil || p.Total != 1 {
		w.t.Fatalf("%d cases, %v", p.Total, err)
	}
	return p.Rows[0].Case
}

// demand puts the item in force anew, with more that is to be handed in.
func (w *town) demand(item string, papers ...string) {
	w.t.Helper()
	editor, reviewer := w.as(dbtest.League, "01", "item_editor"), w.as(dbtest.League, "02", "item_reviewer")
	v, err := w.items.Revise(editor, item)
	if err == nil {
		b := v.Body
		for _, p := range papers {
			b.Materials = append(b.Materials, catalog.Material{Name: p, Need: "1"})
		}
		v, err = w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b})
	}
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(reviewer, v.ID, "同意")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
