package citizen_test

import (
	"testing"

	keeper "liandong/modules/sites"
	"liandong/policies"
	"liandong/portal-sites/citizen"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// TestKept reads settings and articles of the real keeper as the public does.
func TestKept(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := keeper.New(d, engine)
	editor, public := as(t, dbtest.League, "41", "site_editor"), dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Public})
	if err := s.Save(editor, map[keeper.Field]string{keeper.Theme: "teal", keeper.Notice: "周六照常受理", keeper.Sponsor: "锡林郭勒盟行政公署"}, 0); err != nil {
		t.Fatal(err)
	}
	a, err := s.Create(editor, keeper.Text{Section: keeper.Bulletin, Title: "延时服务", Body: "# 时间\n**周六**上午", Cascades: true}, "k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(editor, a.ID, a.Version); err != nil {
		t.Fatal(err)
	}
	k := citizen.Kept(s)
	l, err := k.Look(public)
	if err != nil || l.Theme != "teal" || l.Notice != "周六照常受理" || len(l.FooterLines) != 1 || l.FooterLines[0] != "主办单位：锡林郭勒盟行政公署" || len(l.Sections) != 3 {
		t.Errorf("look: %+v, %v", l, err)
	}
	rows, total, err := k.Articles(public, citizen.ArticleQuery{Section: "notice", Page: 1, Size: 5})
	if err != nil || total != 1 || rows[0].Title != "延时服务" || rows[0].Publisher != "锡林郭勒盟" || rows[0].At.IsZero() {
		t.Errorf("articles: %+v of %d, %v", rows, total, err)
	}
	if got, err := k.Article(public, a.ID); err != nil || got.Body == "" {
		t.Errorf("article: %+v, %v", got, err)
	}
	if _, err := k.Article(public, "00000000-0000-7000-8000-000000000000"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no article: %v", err)
	}
}
