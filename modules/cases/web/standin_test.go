package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// covering is somebody of a tenant who stands in for somebody else there.
func (w *town) covering(at tenancy.ID, who string, roles []string, away ...tenancy.Away) context.Context {
	w.t.Helper()
	return dbtest.WithActor(w.t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles, StandsInFor: away})
}

// While somebody is away, what falls to her is on the list of whoever stands in, who does it in
// her place; the case, its papers and the record say so, and it is over with the absence.
func TestStandInDoesTheWork(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	her := tenancy.Away{ID: "00000000-0000-7000-8000-000000000012", Name: "人12", Roles: []string{"reviewer"}}
	c := w.filed("演示甲", "k")
	c = ok(w.cases.Accept(w.clerk(), c.ID, c.Version, "齐全"))
	during, after := w.covering(dbtest.Township, "41", []string{"clerk"}, her), w.covering(dbtest.Township, "41", []string{"clerk"})
	if n := len(w.todos(after)); n != 0 {
		t.Fatalf("before the absence %d to do", n)
	}
	_, err := w.cases.Pass(after, c.ID, c.Version, "同意")
	kinds(t, err, fault.Forbidden, "")
	if n := len(w.todos(during)); n != 1 {
		t.Fatalf("during the absence %d to do", n)
	}
	if n := len(w.todos(w.township())); n != 1 {
		t.Errorf("she herself has %d to do", n)
	}
	desk := kittest.NewClient(t, w.site(during, "/desk"))
	desk.Get("/desk/cases/"+c.ID).Want(http.StatusOK).Doc().Has("#acts", "通过")
	res := desk.Post("/desk/cases/"+c.ID+"/acts/pass", url.Values{"version": {version(c)}, "opinion": {"代为审查"}})
	if res.Status != http.StatusSeeOther {
		t.Fatalf("pass: %d", res.Status)
	}
	v := w.seen(w.county(), c.ID)
	var done cases.StepRecord
	for _, s := range v.Steps {
		if s.Opinion == "代为审查" {
			done = s
		}
	}
	if done.ActorName != "人41" || done.ForID != her.ID || done.ForName != "人12" {
		t.Errorf("the step was done by %s for %q", done.ActorName, done.ForName)
	}
	kittest.NewClient(t, w.site(w.county(), "/desk")).Get("/desk/cases/"+c.ID).Doc().Has("main", "人41（代 人12 办理）")
	kittest.NewClient(t, w.site(w.county(), "/desk")).Get("/desk/cases/"+c.ID+"/print").Doc().Has("main", "人41（代 人12 办理）")
	var detail string
	err = w.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select detail::text from audit_rows where object = ? and actor_name = '人41'`, c.ID).Scan(ctx, &detail)
	})
	if err != nil || !strings.Contains(detail, `"for": "人12"`) {
		t.Errorf("the record says %s; %v", detail, err)
	}
	if p, err := w.cases.Done(during, cases.Query{}); err != nil || len(p.Rows) != 1 {
		t.Errorf("%d done by the stand-in; %v", len(p.Rows), err)
	}
	if n := len(w.todos(after)); n != 0 {
		t.Errorf("after the absence %d to do", n)
	}
}

// What was given to one person goes to her stand-in too; what is her own work keeps one name.
func TestStandInForAnAssignee(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	her := tenancy.Away{ID: "00000000-0000-7000-8000-000000000012", Name: "人12"}
	c := w.filed("演示甲", "k")
	c = ok(w.cases.Accept(w.clerk(), c.ID, c.Version, "齐全"))
	err := w.db.InTx(dbtest.As(t, dbtest.Village, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw(`update cases set assignee_id = ?, assignee_name = '人12' where id = ?`, her.ID, c.ID).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`update case_steps set assignee_id = ?, assignee_name = '人12' where case_id = ? and ended_at is null`, her.ID, c.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	peer := w.covering(dbtest.Township, "42", []string{"reviewer"})
	_, err = w.cases.Pass(peer, c.ID, c.Version, "同意")
	kinds(t, err, fault.Forbidden, "")
	peer = w.covering(dbtest.Township, "42", []string{"reviewer"}, her)
	c = ok(w.cases.Pass(peer, c.ID, c.Version, "同意"))
	both := w.covering(dbtest.County, "43", []string{"reviewer"}, tenancy.Away{ID: "00000000-0000-7000-8000-000000000013", Name: "人13", Roles: []string{"reviewer"}})
	ok(w.cases.Pass(both, c.ID, c.Version, "本人审查"))
	got := map[string]string{}
	for _, s := range w.seen(w.decider(), c.ID).Steps {
		got[s.ActorName] = s.ForName
	}
	if got["人42"] != "人12" || got["人43"] != "" {
		t.Errorf("done in the place of: %v", got)
	}
}

// Whoever hands work on, or looks at who has how much, sees who is not there and who stands in.
func TestAwayIsTold(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.colleagues = []cases.Colleague{
		{ID: "00000000-0000-7000-8000-000000000011", Name: "苏荣", Roles: []string{"clerk"}},
		{ID: "00000000-0000-7000-8000-000000000018", Name: "娜仁", Roles: []string{"clerk"}, Away: true, StandIn: "苏荣"},
		{ID: "00000000-0000-7000-8000-000000000019", Name: "其其格", Roles: []string{"clerk"}, Away: true},
	}
	c := w.filed("演示甲", "k")
	desk := kittest.NewClient(t, w.site(w.clerk(), "/desk"))
	desk.Get("/desk/cases/"+c.ID+"?act=refer").Doc().Has("#acts", "娜仁，请假出差中，由苏荣代办", "其其格，请假出差中")
	desk.Get("/desk/team").Doc().Has("main", "娜仁，请假出差中，由苏荣代办")
}
