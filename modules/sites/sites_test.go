package sites_test

import (
	"context"
	"strings"
	"testing"

	"liandong/modules/sites"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func setup(t *testing.T) *sites.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sites.New(dbtest.New(t), engine)
}

func editor(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.As(t, at, tenancy.Staff, "site_editor")
}

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

func TestSettingsAreInheritedFieldByField(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	for at, in := range map[tenancy.ID]map[sites.Field]string{
		dbtest.League:  {sites.Name: "锡盟政务网", sites.Phone: "0479-12345", sites.Theme: "green", sites.Hours: "9:00-17:00"},
		dbtest.County:  {sites.Phone: "0479-8210000", sites.Columns: "policy,news"},
		dbtest.County2: {sites.Theme: "red"},
	} {
		if err := svc.Save(editor(t, at), in, 0); err != nil {
			t.Fatal(err)
		}
	}
	see := func(at tenancy.ID) sites.Site {
		t.Helper()
		s, err := svc.Effective(dbtest.As(t, at, tenancy.Public))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	v := see(dbtest.Village)
	if v.Get(sites.Phone) != "0479-8210000" || v.Source[sites.Phone] != dbtest.County || v.Get(sites.Theme) != "green" || v.Source[sites.Theme] != dbtest.League ||
		v.Get(sites.Name) != "" || v.TenantName != "第一嘎查" || len(v.Sections()) != 2 || v.Sections()[0] != sites.Policy {
		t.Errorf("village: %+v", v)
	}
	if v := see(dbtest.Village3); v.Get(sites.Phone) != "0479-12345" || v.Get(sites.Theme) != "red" || len(v.Sections()) != 3 {
		t.Errorf("the other county's village: %+v", v)
	}
	county := editor(t, dbtest.County)
	if err := svc.Reset(county, sites.Phone, 1); err != nil {
		t.Fatal(err)
	}
	if v := see(dbtest.Village); v.Source[sites.Phone] != dbtest.League {
		t.Errorf("after giving the field back: %+v", v)
	}
	kind(t, "an old page", svc.Save(county, nil, 1), fault.Conflict)
	kind(t, "a first time twice", svc.Save(county, nil, 0), fault.Conflict)
	kind(t, "a clerk", svc.Save(dbtest.As(t, dbtest.County, tenancy.Staff, "clerk"), nil, 2), fault.Forbidden)
	kind(t, "nothing to give back", svc.Reset(editor(t, dbtest.Village), sites.Phone, 0), fault.Precondition)
	err := svc.Save(county, map[sites.Field]string{sites.Theme: "pink", sites.Phone: "call me", sites.Columns: "news,news", sites.Name: strings.Repeat("名", 61)}, 2)
	if f, ok := fault.As(err); !ok || len(f.Fields) != 4 {
		t.Errorf("bad settings: %v", err)
	}
	sheet, err := svc.Settings(county)
	if err != nil || sheet.Seen != 2 || sheet.Own[sites.Columns] == "" || sheet.Inherited.Get(sites.Phone) != "0479-12345" || sheet.May != "" {
		t.Errorf("sheet %+v, %v", sheet, err)
	}
}

func write(t *testing.T, svc *sites.Service, at tenancy.ID, title string, cascades, publish bool) sites.Article {
	t.Helper()
	a, err := svc.Create(editor(t, at), sites.Text{Section: sites.News, Title: title, Body: "正文", Cascades: cascades}, title)
	if err != nil {
		t.Fatal(err)
	}
	if publish {
		if a, err = svc.Publish(editor(t, at), a.ID, a.Version); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func TestArticlesCascadeWhenMarked(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	down := write(t, svc, dbtest.League, "全盟公告", true, true)
	own := write(t, svc, dbtest.League, "盟本级动态", false, true)
	draft := write(t, svc, dbtest.League, "草稿", true, false)
	write(t, svc, dbtest.County, "市里公告", true, true)
	for _, kindOf := range []tenancy.Kind{tenancy.Public, tenancy.Person, tenancy.Staff} {
		for at, want := range map[tenancy.ID]string{dbtest.League: "盟本级动态 全盟公告", dbtest.County: "市里公告 全盟公告", dbtest.Village: "市里公告 全盟公告", dbtest.Village3: "全盟公告"} {
			p, err := svc.Published(dbtest.As(t, at, kindOf), sites.Query{Sort: "title", Desc: true})
			if err != nil {
				t.Fatal(err)
			}
			if p.Total != len(strings.Fields(want)) {
				t.Errorf("%s in %s sees %d articles, want %s", kindOf, at, p.Total, want)
			}
			for _, r := range p.Rows {
				if !strings.Contains(want, r.Title) {
					t.Errorf("%s in %s sees %s", kindOf, at, r.Title)
				}
			}
		}
		village := dbtest.As(t, dbtest.Village, kindOf)
		if a, err := svc.Article(village, down.ID); err != nil || a.TenantName != "锡林郭勒盟" {
			t.Errorf("read below: %+v, %v", a, err)
		}
		for name, id := range map[string]string{"kept to the league": own.ID, "draft": draft.ID, "nonsense": "x"} {
			_, err := svc.Article(village, id)
			kind(t, name, err, fault.NotFound)
		}
	}
}

func TestArticleLife(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	ed := editor(t, dbtest.County)
	a := write(t, svc, dbtest.County, "公告", true, false)
	if again := write(t, svc, dbtest.County, "公告", true, false); again.ID != a.ID {
		t.Errorf("the same form twice made two drafts")
	}
	_, err := svc.Withdraw(ed, a.ID, a.Version)
	kind(t, "withdraw a draft", err, fault.Precondition)
	a, err = svc.Publish(ed, a.ID, a.Version)
	if err != nil {
		t.Fatal(err)
	}
	_, err = svc.Edit(ed, a.ID, a.Version, sites.Text{Section: sites.News, Title: "改", Body: "改"})
	kind(t, "edit what is published", err, fault.Precondition)
	kind(t, "delete what was published", svc.Delete(ed, a.ID, a.Version), fault.Precondition)
	_, err = svc.Publish(ed, a.ID, 1)
	kind(t, "an old page", err, fault.Conflict)
	_, err = svc.Withdraw(editor(t, dbtest.Township), a.ID, a.Version)
	kind(t, "a lower level withdraws", err, fault.Forbidden)
	if a, err = svc.Withdraw(ed, a.ID, a.Version); err != nil {
		t.Fatal(err)
	}
	if p, err := svc.Published(dbtest.As(t, dbtest.Village, tenancy.Public), sites.Query{}); err != nil || p.Total != 0 {
		t.Errorf("withdrawn and still read: %d, %v", p.Total, err)
	}
	if a, err = svc.Edit(ed, a.ID, a.Version, sites.Text{Section: sites.News, Title: "改", Body: "改"}); err != nil || a.State != sites.Draft {
		t.Fatalf("edit after withdrawing: %+v, %v", a, err)
	}
	_, err = svc.Edit(ed, a.ID, a.Version, sites.Text{Section: "x", Title: "", Body: strings.Repeat("长", 50_001)})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("bad text: %v", err)
	}
	kind(t, "delete what was once published", svc.Delete(ed, a.ID, a.Version), fault.Precondition)
	d := write(t, svc, dbtest.County, "没人看过", false, false)
	if err := svc.Delete(ed, d.ID, d.Version); err != nil {
		t.Error(err)
	}
	_, err = svc.Kept(ed, d.ID)
	kind(t, "deleted", err, fault.NotFound)
	p, err := svc.List(ed, sites.Query{State: sites.Draft})
	if err != nil || p.Total != 1 {
		t.Errorf("%d drafts, %v", p.Total, err)
	}
}
