package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liandong/modules/org"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// absent is a county with two clerks in one post, a decider in another, and a clock that moves.
func absent(t *testing.T) (w town, clock *time.Time) {
	t.Helper()
	now := dbtest.Now()
	clock = &now
	w = newTownOver(t, db.Over(dbtest.Pool(t), func() time.Time { return *clock }))
	w.appoint("league", dbtest.County, "county", "王芳")
	window := w.post("county", dbtest.County, "行政审批和政务服务局", "综合窗口", "clerk")
	office := w.post("county", dbtest.County, "社会事务股", "审批岗", "decider")
	for login, who := range map[string]struct {
		name string
		post org.Post
	}{"li": {"李晓梅", window}, "su": {"苏和", window}, "bao": {"包银山", office}} {
		p := w.person(login, who.name)
		if _, err := w.svc.Assign(tenancy.With(t.Context(), w.scope("county")), org.Posting{PostID: who.post.ID, HolderID: p.ID, Reason: "岗位安排"}); err != nil {
			t.Fatal(err)
		}
	}
	return w, clock
}

func (w town) id(login string) string {
	w.t.Helper()
	p, err := w.people.Find(w.t.Context(), login)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// sits is somebody who has the page open.
func (w town) sits(login string) *kittest.Client {
	w.t.Helper()
	c := w.at(login)
	c.Get("/desk/org/absences").Want(http.StatusOK)
	return c
}

// leave is an absence of today's afternoon and tomorrow's morning, as a form posts it.
func (w town) leave(substitute string, more ...string) url.Values {
	today := dbtest.Now()
	v := url.Values{
		"kind": {"leave"}, "from_on": {today.Format(time.DateOnly)}, "from_half": {"pm"}, "until_on": {today.AddDate(0, 0, 1).Format(time.DateOnly)}, "until_half": {"am"},
		"substitute": {substitute}, "idem": {db.NewID()},
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// Whoever stands in does so from the half day on until the other, and not a moment longer.
func TestAbsenceBeginsAndEnds(t *testing.T) {
	t.Parallel()
	w, clock := absent(t)
	noon := time.Date(dbtest.Now().Year(), dbtest.Now().Month(), dbtest.Now().Day(), 12, 0, 0, 0, time.FixedZone("", 8*3600))
	*clock = noon.Add(-3 * time.Hour)
	w.sits("li").Post("/desk/org/absences", w.leave(w.id("su"))).Want(http.StatusSeeOther)
	stands := func(when time.Time, want bool) {
		t.Helper()
		*clock = when
		got := w.scope("su").Actor.StandsInFor
		if (len(got) == 1) != want {
			t.Fatalf("at %s she stands in for %+v", when, got)
		}
		if want && (got[0].ID != w.id("li") || got[0].Name != "李晓梅" || !slices.Equal(got[0].Roles, []string{"clerk"}) || !slices.Contains(got[0].Posted, "行政审批和政务服务局")) {
			t.Errorf("%+v", got[0])
		}
		for _, other := range []string{"li", "bao", "county", "league"} {
			if got := w.scope(other).Actor.StandsInFor; len(got) != 0 {
				t.Errorf("%s stands in for %+v", other, got)
			}
		}
	}
	stands(noon.Add(-time.Second), false)
	stands(noon, true)
	stands(noon.Add(24*time.Hour-time.Second), true)
	stands(noon.Add(24*time.Hour), false)

	*clock = noon.Add(time.Hour)
	var people []org.Holder
	err := w.db.InTx(tenancy.With(t.Context(), w.scope("bao")), func(ctx context.Context, tx *db.Tx) (err error) {
		people, err = org.Holders(ctx, tx, dbtest.County)
		return err
	})
	if err != nil || len(people) != 3 {
		t.Fatalf("%+v; %v", people, err)
	}
	for _, p := range people {
		if want := p.Name == "李晓梅"; p.Away != want || want && p.StandIn != "苏和" || !want && p.StandIn != "" {
			t.Errorf("%+v", p)
		}
	}
	page := w.at("li").Get("/desk/org/absences").Want(http.StatusOK).Doc()
	page.Has("tbody", "李晓梅", "请假", "下午至", "苏和", "进行中")
	id := strings.Split(page.Attr("tbody form", "action"), "/")[4]
	w.at("bao").Get("/desk/org/absences").Want(http.StatusOK).Doc().Has("main", "没有请假出差记录")
	w.at("su").Get("/desk/org/absences").Want(http.StatusOK).Doc().Has("tbody", "李晓梅").Lacks("tbody form")
	w.sits("su").Post("/desk/org/absences/"+id+"/cancel", url.Values{"version": {"1"}, "confirmed": {"1"}}).Want(http.StatusForbidden)
	w.sits("li").Post("/desk/org/absences/"+id+"/cancel", url.Values{"version": {"1"}}).Want(http.StatusOK).Doc().Has("main", "取消这次请假出差")
	w.sits("li").Post("/desk/org/absences/"+id+"/cancel", url.Values{"version": {"2"}, "confirmed": {"1"}}).Want(http.StatusConflict)
	w.sits("li").Post("/desk/org/absences/"+id+"/cancel", url.Values{"version": {"1"}, "confirmed": {"1"}}).Want(http.StatusSeeOther)
	stands(noon.Add(time.Hour), false)
	w.at("county").Get("/desk/org/absences?state=cancelled").Want(http.StatusOK).Doc().Has("tbody", "李晓梅", "已取消", "取消")
	w.sits("li").Post("/desk/org/absences/"+id+"/cancel", url.Values{"version": {"2"}, "confirmed": {"1"}}).Want(http.StatusConflict)
}

func TestAbsencesAreChecked(t *testing.T) {
	t.Parallel()
	w, _ := absent(t)
	li := w.sits("li")
	tomorrow := dbtest.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	for want, v := range map[string]url.Values{
		"结束时间应晚于开始时间":    w.leave("", "from_on", tomorrow),
		"请填写正确的日期":       w.leave("", "until_on", "2026-13-01"),
		"结束时间已经过去":       w.leave("", "from_on", "2020-01-01", "until_on", "2020-01-02"),
		"一次最长登记一年":       w.leave("", "until_on", "2031-01-02"),
		"请选择事由":          w.leave("", "kind", "nothing"),
		"请选择上午或下午":       w.leave("", "from_half", "night"),
		"代办人应是本单位其他在岗人员": w.leave(w.id("li")),
		"本单位其他在岗人员":      w.leave(w.id("county")),
	} {
		li.Post("/desk/org/absences", v).Want(http.StatusUnprocessableEntity).Doc().Has("main", want)
	}
	li.Post("/desk/org/absences", w.leave(w.id("su"), "person", w.id("bao"))).Want(http.StatusForbidden).Doc().Has("main", "只能登记本人的请假出差")
	w.sits("bao").Post("/desk/org/absences", w.leave(w.id("su"))).Want(http.StatusForbidden).Doc().Has("main", "代办人没有", "审批决定人员")
	form := w.leave(w.id("su"))
	li.Post("/desk/org/absences", form).Want(http.StatusSeeOther)
	li.Post("/desk/org/absences", form).Want(http.StatusSeeOther) // the same form again is the same absence
	li.Post("/desk/org/absences", w.leave("", "from_half", "am")).Want(http.StatusUnprocessableEntity).Doc().Has("main", "重叠")
	li.Post("/desk/org/absences", w.leave("", "from_on", tomorrow, "from_half", "pm", "until_half", "pm")).Want(http.StatusSeeOther)
	w.sits("su").Post("/desk/org/absences", w.leave(w.id("li"))).Want(http.StatusUnprocessableEntity).Doc().Has("main", "代办人这段时间也不在岗")

	// An administrator records for anybody, and may name somebody who holds another post.
	county := w.sits("county")
	county.Get("/desk/org/absences").Want(http.StatusOK).Doc().Has("#absence-form", "谁请假出差", "包银山")
	county.Post("/desk/org/absences", w.leave(w.id("su"), "person", w.id("bao"))).Want(http.StatusSeeOther)
	if n := county.Get("/desk/org/absences").Doc().Count("tbody tr"); n != 3 {
		t.Errorf("%d absences", n)
	}
	w.sits("league").Post("/desk/org/absences", w.leave(w.id("su"), "person", w.id("bao"))).Want(http.StatusUnprocessableEntity) // nobody of another tenant
	w.at("league").Get("/desk/org/absences").Want(http.StatusOK).Doc().Has("main", "没有请假出差记录")
	if err := w.svc.CancelAbsence(tenancy.With(t.Context(), w.scope("league")), db.NewID(), 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an absence that is not there: %v", err)
	}
}

// With ORG_SHOTS set to a folder it leaves pictures there.
func TestAbsencePageIsAccessible(t *testing.T) {
	t.Parallel()
	w, _ := absent(t)
	w.sits("li").Post("/desk/org/absences", w.leave(w.id("su"), "note", "参加盟里培训")).Want(http.StatusSeeOther)
	for _, who := range []string{"li", "county"} {
		srv := httptest.NewServer(w.desk(w.scope(who)))
		t.Cleanup(srv.Close)
		b := kittest.NewBrowser(t)
		for size, width := range map[string]int64{"wide": 1440, "phone": 390} {
			b.Size(width, 900)
			b.Open(srv.URL + "/desk/org/absences").Axe("absences " + who + " " + size)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s at %d is %d px too wide", who, width, n)
			}
			if dir := os.Getenv("ORG_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, "absences-"+who+"-"+size+".png"), true)
			}
		}
	}
}
