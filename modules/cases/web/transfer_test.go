package web_test

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// carryOut delivers what a superior ordered about a case to the job.
func (w *town) carryOut(c cases.Case, visit int, to, name string) {
	w.t.Helper()
	body, err := json.Marshal(events.CaseTransferred{Case: events.Case{CaseID: c.ID, Tenant: c.TenantID}, Visit: visit, To: to, ToName: name})
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.db.InTx(dbtest.As(w.t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return w.cases.OnTransfer(ctx, tx, db.Delivery{ID: db.NewID(), Tenant: c.TenantID, Body: body})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// A superior looks at everything below, may transfer, and does no step.
func TestSuperiorsLookAndTransferOnly(t *testing.T) {
	t.Parallel()
	const to = "00000000-0000-7000-8000-000000000012"
	w := newTown(t)
	w.colleagues = []cases.Colleague{{ID: to, Name: "人12", Roles: []string{"reviewer"}}}
	c := w.handed(w.filed("演示·其其格", "k1"), "pre") // stands at the township
	every := []string{"clerk", "reviewer", "decider", "office_head", "supervisor"}
	above := w.as(dbtest.County, "41", every...)
	v, err := w.cases.Show(above, c.ID)
	if err != nil || !v.FromAbove {
		t.Fatalf("looking from above: %v", err)
	}
	for a, why := range v.May {
		if a != policies.CasesTransfer && why == "" {
			t.Errorf("a superior may %s", a)
		}
	}
	for name, do := range map[string]func(*cases.Service) error{
		"pass": func(s *cases.Service) error { _, err := s.Pass(above, c.ID, c.Version, "同意"); return err },
		"back": func(s *cases.Service) error { _, err := s.SendBack(above, c.ID, c.Version, "退"); return err },
		"ask": func(s *cases.Service) error {
			_, err := s.AskSupplement(above, c.ID, c.Version, []string{"x"}, "")
			return err
		},
		"refer":  func(s *cases.Service) error { _, err := s.Refer(above, c.ID, c.Version, to, "转"); return err },
		"void":   func(s *cases.Service) error { _, err := s.Void(above, c.ID, c.Version, "作废"); return err },
		"settle": func(s *cases.Service) error { _, err := s.Settle(above, c.ID, c.Version, granted()); return err },
		"come":   func(s *cases.Service) error { _, err := s.Come(above, c.ID, c.Version, "来"); return err },
	} {
		if err := do(w.cases); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s from above: %v", name, err)
		}
	}
	if err := w.cases.Transfer(w.township(), c.ID, c.Version, to, "忙"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("transfer at one's own: %v", err)
	}
	if err := w.cases.Transfer(w.as(dbtest.County, "42", "reviewer"), c.ID, c.Version, to, "忙"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("transfer by a reviewer: %v", err)
	}

	desk := w.desk(above)
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("#acts", "转交", "上级只看不办", "为什么不能操作").Has("main", "催办")
	post(desk, c.ID, "transfer", url.Values{"version": {version(c)}, "colleague": {to}}).Want(422).Doc().Has("#f-opinion-error", "理由")
	post(desk, c.ID, "transfer", url.Values{"version": {version(c)}, "colleague": {to}, "opinion": {"经办人休假"}}).Want(303)
	if err := w.cases.Transfer(above, c.ID, c.Version, "", "再转"); fault.KindOf(err) != fault.Precondition {
		t.Errorf("a second order before the first is done: %v", err)
	}
	w.carryOut(c, c.StepSeq, to, "人12")
	w.carryOut(c, c.StepSeq, to, "人12") // delivered twice
	v, err = w.cases.Show(above, c.ID)
	if err != nil || v.Case.AssigneeID != to || v.Case.Version != c.Version+1 {
		t.Fatalf("with %q at version %d, %v", v.Case.AssigneeID, v.Case.Version, err)
	}
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "上级转交：人12", "经办人休假", "人41")
	if _, err := w.cases.Pass(w.as(dbtest.Township, "43", "reviewer"), c.ID, v.Case.Version, "同意"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a colleague: %v", err)
	}

	// Where the step is over by then, nothing happens to the next one.
	if err := w.cases.Transfer(above, c.ID, v.Case.Version, "", "退回岗位"); err != nil {
		t.Fatal(err)
	}
	next, err := w.cases.Pass(w.township(), c.ID, v.Case.Version, "属实")
	if err != nil {
		t.Fatal(err)
	}
	w.carryOut(c, c.StepSeq, "", "")
	if v, err = w.cases.Show(above, c.ID); err != nil || v.Case.Version != next.Version {
		t.Errorf("version %d, %v", v.Case.Version, err)
	}
	desk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "环节已办完，未转交")
}
