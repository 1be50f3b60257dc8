package web_test

import (
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/tenancy/db/dbtest"
)

// What kind a case is follows from its item and from what becomes of it.
func TestKindsOfCases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	must := func(c cases.Case, err error) cases.Case {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	is := func(c cases.Case, kind cases.Kind, channel string) {
		t.Helper()
		if c.Kind != kind || c.Channel != channel {
			t.Errorf("%s is %s by %s, want %s by %s", c.ItemName, c.Kind, c.Channel, kind, channel)
		}
	}
	climbing := w.filed("演示·其其格", "k1")
	is(climbing, cases.KindPromise, cases.Online)
	is(w.handed(climbing, "pre"), cases.KindEscalate, cases.Online)

	item := w.instant(func(b *catalog.Body, _ []flows.Step) {
		b.Materials = append(b.Materials, catalog.Material{Name: "照片", Need: "3"})
	})
	at := must(w.cases.File(w.clerk(), w.atOnce(w.clerk(), item, "k2")))
	is(at, cases.KindInstant, cases.Assisted)
	is(must(w.cases.AcceptTolerating(w.clerk(), at.ID, at.Version, "容缺", cases.Toleration{Materials: []string{"照片"}, Days: 3, Reason: "路远"})), cases.KindSupplement, cases.Assisted)

	citizen := w.as(dbtest.Village, "10")
	asked := must(w.cases.File(citizen, w.atOnce(citizen, item, "k3")))
	asked = must(w.cases.AskSupplement(w.clerk(), asked.ID, asked.Version, []string{"照片"}, ""))
	asked = must(w.cases.Resubmit(citizen, asked.ID, asked.Version, "补齐", nil))
	is(asked, cases.KindInstant, cases.Online)
	is(must(w.cases.Accept(w.clerk(), asked.ID, asked.Version, "受理")), cases.KindSupplement, cases.Online)

	desk := w.desk(w.clerk())
	desk.Get("/desk/cases?kind=escalate").Want(200).Doc().Has("table.ld-table", "上报件", "草原作业许可")
	desk.Get("/desk/cases?kind=supplement").Want(200).Doc().Has("table.ld-table", "补办件")
	desk.Get("/desk/todo?kind=instant").Want(200).Doc().Has("main", "没有待办事项")
}
