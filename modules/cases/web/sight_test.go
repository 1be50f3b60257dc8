package web_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// office is an item that a post of the county handles, with the materials that it asks for.
func (w *town) office(name, code, post string, materials ...string) string {
	w.t.Helper()
	b := dividedBody()
	b.Name, b.BasicCode, b.PromisedDays = name, code, 10
	for _, m := range materials {
		b.Materials = append(b.Materials, catalog.Material{Name: m, Need: "2"})
	}
	return w.publishFlow(b, bpmn(`<b:startEvent id="s"/><b:endEvent id="e"/>`+
		task("accept", "受理", `kind="accept" level="own" post="clerk" limit="1"`, "")+
		task("review", name+"审查", `kind="review" level="county" post="`+post+`" limit="3"`, "")+
		task("decide", "盟级决定", `kind="decide" level="league" post="decider" limit="3"`, "")+
		task("deliver", "送达", `kind="deliver" level="origin" post="clerk" limit="1"`, ""),
		"s>accept", "accept>review", "review>decide", "decide>deliver", "deliver>e"))
}

// shared is a joint case with one paper for each of its two parts, one for both and one for
// neither, and the ids of these files.
func (w *town) shared() (c cases.Case, file map[string]string) {
	w.t.Helper()
	item := w.theme(
		catalog.ThemePart{Key: "land", Item: w.office("草原使用", "000116005000", "reviewer", "草原承包合同", "身份证明"), Name: "草原使用", Stage: 1},
		catalog.ThemePart{Key: "food", Item: w.office("餐饮许可", "000116006000", "decider", "健康证", "身份证明"), Name: "餐饮许可", Stage: 1})
	her, file := w.as(dbtest.Village, "10"), map[string]string{}
	for _, m := range []string{"草原承包合同", "健康证", "身份证明", "银行流水"} {
		f, err := w.files.Upload(her, m+".png", m, bytes.NewReader(png()))
		if err != nil {
			w.t.Fatal(err)
		}
		file[m] = f.ID
	}
	ok := must(w.t)
	c = ok(w.cases.File(her, cases.Filing{
		ItemID: item, Kind: "person", Name: "演示甲", Number: "152502199001010012", Phone: "13800000001", Key: "shared",
		Files: []string{file["草原承包合同"], file["健康证"], file["身份证明"], file["银行流水"]},
	}))
	c = ok(w.cases.Accept(w.clerk(), c.ID, c.Version, "材料齐全"))
	return w.join(c.ID), file
}

// reads are the materials of the files that somebody gets by their addresses.
func (w *town) reads(ctx context.Context, file map[string]string) (out []string) {
	w.t.Helper()
	for m, id := range file {
		_, content, err := w.files.Open(ctx, id)
		if err == nil {
			_ = content.Close()
			out = append(out, m)
		} else if k := fault.KindOf(err); k != fault.Forbidden && k != fault.NotFound {
			w.t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

// An office gets what its own item asks for of what was handed in once, by its list, by the
// page of the file and by the address of the file; the lead office and supervision get all.
func TestOfficesSeeWhatTheirItemAsksFor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c, file := w.shared()
	all := []string{"健康证", "草原承包合同", "身份证明", "银行流水"}
	sibling := w.as(dbtest.Village2, "31", "clerk")
	for who, want := range map[string]struct {
		ctx context.Context
		see []string
	}{
		"the applicant":           {w.as(dbtest.Village, "10"), all},
		"the lead office":         {w.clerk(), all},
		"supervision":             {w.as(dbtest.League, "30", "supervisor"), all},
		"the office of the land":  {w.county(), []string{"草原承包合同", "身份证明"}},
		"the office of the food":  {w.decider2(), []string{"健康证", "身份证明"}},
		"an office above":         {w.township(), nil},
		"the decider, not yet":    {w.decider(), nil},
		"an office of its own":    {w.as(dbtest.Village, "32", "item_editor"), nil},
		"a tenant beside":         {sibling, nil},
		"the head where it is":    {w.as(dbtest.Village, "33", "office_head"), all},
		"a head where no part is": {w.as(dbtest.Township, "34", "office_head"), nil},
	} {
		slices.Sort(want.see)
		if got := w.reads(want.ctx, file); !slices.Equal(got, want.see) {
			t.Errorf("%s reads %v, want %v", who, got, want.see)
		}
		fs, err := w.files.OfCase(want.ctx, c.ID)
		if err != nil || len(fs) != len(want.see) {
			t.Errorf("%s is shown %d files, want %d; %v", who, len(fs), len(want.see), err)
		}
	}

	land, food := w.seen(w.clerk(), c.ID).Joint.Parts[1].Sub, w.seen(w.clerk(), c.ID).Joint.Parts[0].Sub
	office := kittest.NewClient(t, w.site(w.county(), "/desk"))
	at := "/desk/cases/" + land.ID
	only(t, office.Get(at).Doc().Has("main", "草原承包合同.png", "身份证明.png", "这里只列出本事项需要的"), "健康证.png", "银行流水.png")
	only(t, office.Get(at+"/print").Doc().Has("main", "草原承包合同.png"), "健康证.png")
	only(t, office.Get("/desk/cases/"+c.ID).Doc().Has("main", "草原承包合同.png", "全部材料由牵头单位查看"), "健康证.png")
	for path, status := range map[string]int{
		at + "/files/" + file["草原承包合同"]: http.StatusOK, at + "/files/" + file["健康证"]: http.StatusNotFound,
		"/desk/cases/" + c.ID + "/files/" + file["健康证"]: http.StatusNotFound, "/desk/cases/" + food.ID + "/files/" + file["健康证"]: http.StatusNotFound,
		"/desk/files/" + file["草原承包合同"]: http.StatusOK, "/desk/files/" + file["健康证"]: http.StatusForbidden, "/desk/files/" + file["健康证"] + "?view=1": http.StatusForbidden,
	} {
		if got := office.Get(path).Status; got != status {
			t.Errorf("%s is %d, want %d", path, got, status)
		}
	}
	if got := kittest.NewClient(t, w.site(sibling, "/desk")).Get("/desk/files/" + file["身份证明"]).Status; got != http.StatusNotFound {
		t.Errorf("a tenant beside gets %d", got)
	}
	only(t, kittest.NewClient(t, w.site(w.clerk(), "/desk")).Get("/desk/cases/"+c.ID).Doc().Has("main", "健康证.png", "银行流水.png"), "全部材料由牵头单位查看")
}

// only fails when a page says something that is not for whoever reads it.
func only(t *testing.T, d kittest.Doc, not ...string) {
	t.Helper()
	for _, n := range not {
		if strings.Contains(d.Text("main"), n) {
			t.Errorf("the page says %q", n)
		}
	}
}

// What an applicant hands in for one part alone is not for the offices of the others; who is
// next in the flow of a part sees it when it comes to her.
func TestOfficesSeeTheirOwnPartOnly(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c, file := w.shared()
	her := w.as(dbtest.Village, "10")
	land := w.seen(w.clerk(), c.ID).Joint.Parts[1].Sub.Case
	land = ok(w.cases.AskSupplement(w.county(), land.ID, land.Version, []string{"四至图"}, ""))
	f, err := w.files.Upload(her, "四至图.png", "四至图", bytes.NewReader(png()))
	if err != nil {
		t.Fatal(err)
	}
	land = ok(w.cases.Resubmit(her, land.ID, land.Version, "已补", []string{f.ID}))
	file["四至图"] = f.ID
	for who, want := range map[string]struct {
		ctx context.Context
		see string
	}{"land": {w.county(), "四至图 草原承包合同 身份证明"}, "food": {w.decider2(), "健康证 身份证明"}, "lead": {w.clerk(), "健康证 四至图 草原承包合同 身份证明 银行流水"}} {
		if got := strings.Join(w.reads(want.ctx, file), " "); got != want.see {
			t.Errorf("%s reads %s, want %s", who, got, want.see)
		}
	}
	ok(w.cases.Pass(w.county(), land.ID, land.Version, "符合"))
	if got := strings.Join(w.reads(w.decider(), file), " "); got != "四至图 草原承包合同 身份证明" {
		t.Errorf("the decider of a part reads %s", got)
	}
	if got := strings.Join(w.reads(w.county(), file), " "); got != "四至图 草原承包合同 身份证明" {
		t.Errorf("who has reviewed a part reads %s", got)
	}
	scope := tenancy.Staff
	other := dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: scope, ID: "00000000-0000-7000-8000-000000000035", Name: "人35", Roles: []string{"clerk"}})
	if got := w.reads(other, file); len(got) != 0 {
		t.Errorf("another post of the county reads %v", got)
	}
}
