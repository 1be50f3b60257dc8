package wire

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// library is a town with laws and forms, and a clock that a test turns.
type library struct {
	town

	laws  *laws.Service
	forms *forms.Service
	days  *atomic.Int64
}

func newLibrary(t *testing.T) library {
	t.Helper()
	days := &atomic.Int64{}
	d := db.Over(dbtest.Pool(t), func() time.Time { return dbtest.Now().AddDate(0, 0, int(days.Load())) })
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	l := library{town: townOn(t, d), days: days, forms: forms.New(d, engine, forms.Asks{Sealer: sealer})}
	l.laws = laws.New(d, engine, grounds{l.items, l.forms})
	return l
}

// enact publishes a law of two articles at the league.
func (l library) enact(t *testing.T) laws.Law {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", "item_editor"), as(t, dbtest.League, "02", "item_reviewer")
	law, err := l.laws.Create(editor, laws.Facts{Title: "中华人民共和国草原法", Kind: laws.Statute, Issuer: "全国人大常委会", PassedOn: "2002-12-28", EffectiveOn: "2003-03-01"}, "law")
	if err == nil {
		law, err = l.laws.Import(editor, law.ID, law.Version, "第一条　为了保护草原。\n第五十条　在草原上作业，应当取得许可。")
	}
	if err == nil {
		law, err = l.laws.Publish(reviewer, law.ID, law.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return law
}

// A case shows the provisions of its item as they read when it was filed, and says
// what has become of them since.
func TestACaseShowsItsProvisions(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	law, item := l.enact(t), l.publish(t)
	c, err := l.cases.File(as(t, dbtest.Village, "11", policies.Clerk), filing(item, "one"))
	if err != nil {
		t.Fatal(err)
	}
	p := provisions{l.items, l.laws, "/desk"}
	for _, at := range []tenancy.ID{dbtest.Village, dbtest.County, dbtest.League} {
		got, err := p.Of(as(t, at, "12", policies.Reviewer), &c)
		if err != nil || len(got) != 1 || got[0].Text != "在草原上作业，应当取得许可。" || got[0].Note != "" || !strings.HasPrefix(got[0].Href, "/desk/laws/"+law.ID+"?on=") {
			t.Errorf("at %s: %+v, %v", at, got, err)
		}
	}
	if got, err := p.Of(as(t, dbtest.County2, "12", policies.Reviewer), &cases.Case{ItemVersionID: "00000000-0000-7000-8000-00000000ffff"}); err != nil || got != nil {
		t.Errorf("an item out of sight: %+v, %v", got, err)
	}
	editor, reviewer := as(t, dbtest.League, "01", "item_editor"), as(t, dbtest.League, "02", "item_reviewer")
	from := dbtest.Now().AddDate(0, 0, 5).Format(time.DateOnly)
	if law, err = l.laws.Amend(editor, law.ID, law.Version, laws.Amendment{Label: "第五十条", Body: "在草原上作业，应当备案。", FromOn: from, By: "关于修改草原法的决定"}); err == nil {
		law, err = l.laws.Publish(reviewer, law.ID, law.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	note := func(want string, tone kit.Tone) {
		t.Helper()
		got, err := p.Of(as(t, dbtest.County, "12", policies.Reviewer), &c)
		if err != nil || len(got) != 1 || got[0].Text != "在草原上作业，应当取得许可。" || got[0].Note != want || got[0].Tone != tone {
			t.Errorf("%+v, %v, want %q", got, err, want)
		}
	}
	note("", "")
	l.days.Store(6)
	note("受理后已修改", kit.Yellow)
	if _, err := l.laws.Repeal(reviewer, law.ID, law.Version, laws.Repeal{On: dbtest.Now().AddDate(0, 0, 6).Format(time.DateOnly), Reason: "被替代"}); err != nil {
		t.Fatal(err)
	}
	note("已废止", kit.Red)
}

// An amendment concerns the forms of the items that stand on the law, and those
// that name it; entries of the basic list are told from items.
func TestALawKnowsItsForms(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	law := l.enact(t)
	editor, reviewer := as(t, dbtest.League, "01", "item_editor"), as(t, dbtest.League, "02", "item_reviewer")
	form := func(title, help string) string {
		t.Helper()
		f, err := l.forms.Create(editor, forms.Schema{Title: title, Fields: []forms.Field{{ID: "why", Kind: forms.Text, Label: "事由", Help: help}}}, title)
		if err == nil {
			_, err = l.forms.Publish(reviewer, f.ID, f.Version, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		return f.ID
	}
	used, naming := form("作业申请表", "写明时间"), form("承诺书", "依照《中华人民共和国草原法》填写")
	form("无关的表", "随便写")
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", EForm: catalog.EForm{ID: used, Number: 1},
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15,
	}
	entry := b
	entry.EForm, entry.ExerciseLevels = catalog.EForm{}, []string{"league"}
	for _, list := range []string{catalog.ImplementingList, catalog.BasicList} { // once the entry is there an item claims it
		body := map[string]catalog.Body{catalog.ImplementingList: b, catalog.BasicList: entry}[list]
		d := catalog.Draft{List: list, Body: body}
		if list == catalog.ImplementingList {
			d.Flow = flows.Linear(b.Name, climbing())
		}
		v, err := l.items.Create(editor, d)
		if err == nil {
			_, err = l.items.Submit(editor, v.ID)
		}
		if err == nil {
			_, err = l.items.Publish(reviewer, v.ID, "同意")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	papers, err := l.laws.FormsOn(editor, law.ID)
	if err != nil || len(papers) != 2 {
		t.Fatalf("%+v, %v", papers, err)
	}
	for _, p := range papers {
		if (p.FormID == used) != (len(p.Items) == 1 && !p.Names) || (p.FormID == naming) != (len(p.Items) == 0 && p.Names) {
			t.Errorf("%+v", p)
		}
	}
	on, err := l.laws.StandOn(editor, law.ID)
	if err != nil || len(on) != 2 || on[0].Entry == on[1].Entry {
		t.Errorf("what stands on it: %+v, %v", on, err)
	}
}

// What is suspended is found at a window, and says why it cannot be filed.
func TestShelfSaysWhatIsSuspended(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(t)
	editor, reviewer := as(t, dbtest.League, "01", "item_editor"), as(t, dbtest.League, "02", "item_reviewer")
	act := func(ctx context.Context, what string) {
		t.Helper()
		v, err := w.items.Begin(editor, item, what, "系统升级")
		if err == nil {
			_, err = w.items.Submit(editor, v.ID)
		}
		if err == nil {
			_, err = w.items.Publish(ctx, v.ID, "同意")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, clerk := shelf{w.items, tree.New(w.db, nil)}, as(t, dbtest.Village, "11", policies.Clerk)
	act(reviewer, catalog.ActSuspend)
	if got, _, err := s.Search(clerk, "草原", 1, 10); err != nil || len(got) != 1 || got[0].Suspended != "系统升级" {
		t.Errorf("suspended: %+v, %v", got, err)
	}
	act(reviewer, catalog.ActResume)
	if got, _, err := s.Search(clerk, "草原", 1, 10); err != nil || len(got) != 1 || got[0].Suspended != "" {
		t.Errorf("resumed: %+v, %v", got, err)
	}
}
