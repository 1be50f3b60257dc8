package citizen_test

import (
	"context"
	"net/http"
	"testing"

	"liandong/modules/laws"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// nothing stands on the laws of these tests but one item, and its entry of the
// basic list.
type nothing struct{}

func (nothing) FormsOn(context.Context, *db.Tx, string) ([]laws.Paper, error) {
	return nil, nil
}

func (nothing) StandingOn(context.Context, *db.Tx, string) ([]laws.Dependant, error) {
	return []laws.Dependant{
		{ItemID: "00000000-0000-7000-8000-0000000000aa", Name: "临时占用草原审批", Articles: []string{"第四十条"}},
		{ItemID: "00000000-0000-7000-8000-0000000000bb", Name: "草原征占用（目录）", Entry: true},
	}, nil
}

func TestGuideLeadsToTheLaw(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	as := func(id, role string) context.Context {
		return dbtest.WithActor(t, dbtest.League, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + id, Name: "演示", Roles: []string{role}})
	}
	ed := as("e1", policies.ItemEditor)
	l, err := w.laws.Create(ed, laws.Facts{Title: grass().LegalBasis[0].Law, Kind: laws.Statute, Issuer: "全国人大常委会", EffectiveOn: "2003-03-01", Excerpt: true}, "k")
	if err == nil {
		l, err = w.laws.Import(ed, l.ID, l.Version, "第四章　利用\n第四十条　临时占用草原的期限不得超过二年。\n第四十一条　在草原上修建工程设施。")
	}
	if err != nil {
		t.Fatal(err)
	}
	id := w.publish(t, grass())
	c := kittest.NewClient(t, w)
	c.Get("/items/" + id).Want(http.StatusOK).Doc().Lacks("#basis a") // a draft is nobody's
	c.Get("/laws/" + l.ID).Want(http.StatusNotFound)
	if l, err = w.laws.Publish(as("e2", policies.ItemReviewer), l.ID, l.Version); err != nil {
		t.Fatal(err)
	}
	to := c.Get("/items/"+id).Want(http.StatusOK).Doc().Attr("#basis a", "href")
	if to != "/laws/"+l.ID+"#a40000" {
		t.Errorf("the basis leads to %q", to)
	}
	c.Get("/laws/"+l.ID).Want(http.StatusOK).Doc().Has("#a40000", "第四十条", "不得超过二年").Has("main", "现行有效", "只摘录了部分条文").Has("main", "依据本法办理的事项（1 项）", "临时占用草原审批").Lacks("a[href=/items/00000000-0000-7000-8000-0000000000bb]")
	w.look(t, "", map[string]string{"law": "/laws/" + l.ID})
	c.Get("/laws/nonsense").Want(http.StatusNotFound)
}
