package web_test

import (
	"net/url"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// A case of 原件预审 is not accepted before somebody has seen the originals; that is a coming.
func TestOriginalsAreSeenBeforeAcceptance(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.OnlineMode, b.OnsiteTimes = catalog.ModePrecheck, 1 })
	citizen := w.as(dbtest.Village, "10")
	c, err := w.cases.File(citizen, w.atOnce(citizen, item, "k1"))
	if err != nil || c.Mode != cases.Precheck || c.TripsPromised != 1 || c.Trips != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := w.cases.Accept(w.clerk(), c.ID, c.Version, "受理"); !blames(err, "originals") {
		t.Fatalf("without the originals: %v", err)
	}
	desk := w.desk(w.clerk())
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("#acts", "已核验原件的材料", "身份证明").Has("main", "原件预审", "承诺 1 次，已到场 0 次")
	said := url.Values{"version": {version(c)}, "opinion": {"受理"}}
	post(desk, c.ID, "accept", said).Want(422).Doc().Has("#f-originals-error", "核对原件")
	said.Set("originals", "身份证明")
	post(desk, c.ID, "accept", said).Want(303)
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Trips != 1 || v.Case.TripsOver() {
		t.Fatalf("%d comings, %v", v.Case.Trips, err)
	}
	seen := map[string]string{}
	for _, p := range v.Procedures {
		seen[p.Kind] = p.Name + " " + p.BegunName
	}
	if seen[cases.OriginalsSeen] != "身份证明 人11" || seen[cases.Trip] != "originals 人11" {
		t.Errorf("trace: %v", seen)
	}
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "核验原件：身份证明", "到场：核验原件")
}

// A case of 原件核验 is handed over against the originals; a second coming is one too many.
func TestOriginalsAreSeenAtDelivery(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.OnlineMode, b.OnsiteTimes = catalog.ModeVerify, 1 })
	citizen := w.as(dbtest.Village, "10")
	c, err := w.cases.File(citizen, w.atOnce(citizen, item, "k1"))
	if err == nil {
		c, err = w.cases.Accept(w.clerk(), c.ID, c.Version, "受理")
	}
	if err == nil {
		c, err = w.cases.Decide(w.as(dbtest.Village, "22", "decider"), c.ID, c.Version, true, "准予")
	}
	if err != nil {
		t.Fatal(err)
	}
	desk := w.desk(w.clerk())
	desk.Get("/desk/cases/"+c.ID+"?act=trip").Want(200).Doc().Has("#acts", "为什么到场")
	post(desk, c.ID, "trip", url.Values{"version": {version(c)}}).Want(422).Doc().Has("#f-opinion-error", "理由")
	post(desk, c.ID, "trip", url.Values{"version": {version(c)}, "opinion": {"补签名"}}).Want(303)
	w.wait(1)
	hand := cases.Handover{Way: cases.Collected}
	if _, err := w.cases.HandOver(w.clerk(), c.ID, c.Version+1, hand); !blames(err, "originals") {
		t.Fatalf("without the originals: %v", err)
	}
	c, err = w.cases.Seen(cases.Originals{All: true}).HandOver(w.clerk(), c.ID, c.Version+1, hand)
	if err != nil || c.Trips != 2 || !c.TripsOver() { // the originals and the result on one day
		t.Fatalf("%d comings, %v", c.Trips, err)
	}
	desk.Get("/desk/cases?trips=over").Want(200).Doc().Has("table.ld-table", "生育登记", "跑动超过承诺")
	w.desk(w.township()).Get("/desk/cases?trips=over").Want(200).Doc().Has("table.ld-table", "生育登记")
}

// Who comes to a counter to file has come once, by her own choice; who is helped in her village has not.
func TestComingsAreCounted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	at := w.instant(func(b *catalog.Body, _ []flows.Step) { b.Origins = []string{"village", "township"} })
	clerk := w.as(dbtest.Township, "30", "clerk", "decider")
	c, err := w.cases.FileAndSettle(clerk, w.atOnce(clerk, at, "k1"), granted())
	if err != nil || c.Channel != cases.Window || c.Trips != 1 || c.TripsPromised != 1 {
		t.Errorf("at a window: %+v, %v", c, err)
	}
	c, err = w.cases.FileAndSettle(w.chief(), w.atOnce(w.chief(), at, "k2"), granted())
	if err != nil || c.Channel != cases.Assisted || c.Trips != 0 {
		t.Errorf("in the village: %+v, %v", c, err)
	}
	if _, err := w.cases.Come(w.as(dbtest.County, "31", "clerk"), c.ID, c.Version, "咨询"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("from above: %v", err)
	}
}

func blames(err error, field string) bool {
	f, ok := fault.As(err)
	return ok && f.Kind == fault.Invalid && f.Fields[field] != ""
}
