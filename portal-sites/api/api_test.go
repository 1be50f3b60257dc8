package api_test

import (
	"net/http"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

const (
	league  = "152500000000"
	county  = "152502000000"
	village = "152502200200"
	other   = "152501400200"
)

func TestAnybodyReadsWhatIsPublished(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	nobody := t.Context()
	if g := w.get(nobody, "/api/tenants/"+league).want(http.StatusOK); g.body["name"] != "锡林郭勒盟" || g.body["level"] != "league" {
		t.Errorf("tenant: %v", g.body)
	}
	if n := w.get(nobody, "/api/tenants/"+league+"/children").want(http.StatusOK).total(); n != 2 {
		t.Errorf("%d children", n)
	}
	for path, want := range map[string]int{
		"/api/tenants/" + village + "/items": 1, "/api/tenants/" + village + "/items?q=放牧&kind=01&audience=person": 1,
		"/api/tenants/" + village + "/items?kind=05": 0, "/api/tenants/" + other + "/items?page=2&size=1": 0,
	} {
		g := w.get(nobody, path).want(http.StatusOK)
		if rows, _ := g.body["rows"].([]any); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
		if g.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s may be cached: %s", path, g.header.Get("Cache-Control"))
		}
	}
	days, phone := 9, "0479-1234567"
	if _, err := w.items.Override(w.as(dbtest.County, "03", "item_editor"), w.item, catalog.Change{Fields: catalog.Fields{PromisedDays: &days, Values: map[string]string{"phone": phone}}}); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]float64{village: 9, county: 9, other: 15, league: 15} {
		g := w.get(nobody, "/api/tenants/"+code+"/items/"+w.item).want(http.StatusOK)
		body, _ := g.body["guide"].(map[string]any)
		if body["promised_days"] != want || (body["phone"] == phone) != (want == 9) {
			t.Errorf("at %s: %v days, phone %v", code, body["promised_days"], body["phone"])
		}
	}
}

func TestNothingOfADraftLeaks(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	v, err := w.items.Create(w.as(dbtest.County2, "04", "item_editor"), catalog.Draft{Body: catalog.Body{
		Name: "草稿事项", BasicCode: "000116009000", Kind: "01", Level: "county",
		Origins: []string{"county"}, Department: "某局", LegalBasis: []catalog.LegalBasis{{Law: "某法"}}, StatutoryDays: 20, PromisedDays: 15,
	}})
	if err != nil {
		t.Fatal(err)
	}
	// Whoever asks, a tenant's guide is what its public may read.
	for _, ctx := range []string{"public", "staff"} {
		who := t.Context()
		if ctx == "staff" {
			who = w.as(dbtest.County2, "04", "item_editor")
		}
		w.get(who, "/api/tenants/152501000000/items/"+v.ItemID).problem(http.StatusNotFound, "没有找到")
		w.get(who, "/api/tenants/"+village+"/items/"+v.ItemID).want(http.StatusNotFound)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	nobody := t.Context()
	for _, path := range []string{
		"/api/tenants/999999999999", "/api/tenants/x", "/api/tenants/000000000001/items", "/api/tenants/" + village + "/items/nonsense",
		"/api/tenants/" + village + "/items/00000000-0000-7000-8000-00000000ffff", "/api/nothing",
	} {
		w.get(nobody, path).problem(http.StatusNotFound, "没有")
	}
	g := w.get(nobody, "/api/tenants/"+village+"/items?page=many&size=1000&audience=cats")
	g.problem(http.StatusUnprocessableEntity, "有误")
	if errs, _ := g.body["errors"].([]any); len(errs) != 3 || !strings.Contains(errs[0].(map[string]any)["message"].(string), "参数") {
		t.Errorf("errors: %v", g.body["errors"])
	}
	for _, path := range []string{"/api/me/cases", "/api/cases", "/api/me/cases/00000000-0000-7000-8000-00000000ffff"} {
		w.get(nobody, path).problem(http.StatusUnauthorized, "请先登录")
		w.get(dbtest.As(t, dbtest.Village, tenancy.Public), path).problem(http.StatusUnauthorized, "请先登录")
	}
}

func TestCasesAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	citizen := w.as(dbtest.Village, "10")
	c := w.filed(citizen, "k1")
	g := w.get(citizen, "/api/me/cases").want(http.StatusOK)
	if g.total() != 1 {
		t.Fatalf("she has %d cases", g.total())
	}
	g = w.get(citizen, "/api/me/cases/"+c.ID).want(http.StatusOK)
	if g.body["status_name"] != "待受理" || g.body["number"] != "152502********0012" || g.body["phone"] != "138****0001" || g.body["origin"] != "第一嘎查" {
		t.Errorf("case: %v", g.body)
	}
	w.get(citizen, "/api/cases").problem(http.StatusForbidden, "工作人员")
	stranger, league, branch := w.as(dbtest.Village, "20"), w.as(dbtest.League, "14", "decider"), w.as(dbtest.County2, "21", "supervisor")
	if n := w.get(stranger, "/api/me/cases").want(http.StatusOK).total(); n != 0 {
		t.Errorf("a stranger sees %d cases", n)
	}
	w.get(stranger, "/api/me/cases/"+c.ID).problem(http.StatusNotFound, "没有找到")
	w.get(branch, "/api/cases/"+c.ID).problem(http.StatusNotFound, "没有找到")
	w.get(league, "/api/cases/nonsense").problem(http.StatusNotFound, "没有找到")
	if n := w.get(branch, "/api/cases").want(http.StatusOK).total(); n != 0 {
		t.Errorf("another branch sees %d cases", n)
	}
	if n := w.get(league, "/api/cases?status=submitted").want(http.StatusOK).total(); n != 1 {
		t.Errorf("the league sees %d cases", n)
	}
	if n := w.get(league, "/api/cases?status=completed").want(http.StatusOK).total(); n != 0 {
		t.Errorf("%d completed cases", n)
	}
	w.get(league, "/api/cases/"+c.ID).want(http.StatusOK)
}
