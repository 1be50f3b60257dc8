package citizen_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// asked puts a form of the league in force.
func (w *town) asked(t *testing.T, s forms.Schema) forms.Form {
	t.Helper()
	f, err := w.forms.Create(as(t, dbtest.League, "01", "item_editor"), s, "0b6ef1a8-9d0b-4b39-8f0d-"+strings.Repeat("0", 11)+s.Fields[1].ID[:1])
	if err == nil {
		_, err = w.forms.Publish(as(t, dbtest.League, "02", "item_reviewer"), f.ID, f.Version, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// oneForm is a theme of two parts with one form for both; the second is only for some.
func (w *town) oneForm(t *testing.T) string {
	t.Helper()
	name := forms.Field{ID: "xm", Kind: forms.Text, Label: "申请人姓名", Required: true, PII: true, Prefill: "person.name", Element: "xing_ming"}
	land := w.asked(t, forms.Schema{Title: "用地申请表", Fields: []forms.Field{name, {ID: "area", Kind: forms.Number, Label: "占用面积", Unit: "亩", Required: true}, {ID: "sizhi", Kind: forms.File, Label: "四至图", Accept: ".pdf,.png"}}})
	fire := w.asked(t, forms.Schema{Title: "用火申请表", Fields: []forms.Field{
		name,
		{ID: "fuel", Kind: forms.Select, Label: "燃料", Required: true, Options: []forms.Option{{Value: "gas", Label: "燃气"}, {Value: "wood", Label: "木柴"}}},
		{ID: "crew", Kind: forms.Table, Label: "看护人员", Fields: []forms.Field{{ID: "who", Kind: forms.Text, Label: "姓名"}, {ID: "tel", Kind: forms.Phone, Label: "电话"}}},
	}})
	one, err := w.forms.Merge(as(t, dbtest.League, "01", "item_editor"), forms.Merging{
		Words: forms.UnionWords{Title: "草原活动一张表", Shared: "共用信息", Chosen: "办理的事项"},
		Parts: []forms.Joined{{Key: "p1", Title: "临时占用草原审批", FormID: land.ID}, {Key: "p2", Title: "野外用火审批", Choice: true, FormID: fire.ID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := grass()
	b.Name, b.BasicCode, b.Department, b.StatutoryDays, b.PromisedDays = "草原上办活动一件事", "000164003000", "行政审批局", 45, 30
	b.Situations = []catalog.Situation{{Question: "活动中是否用火", Options: []catalog.Option{{ID: "s1a", Label: "用火"}, {ID: "s1b", Label: "不用火"}}}}
	first := w.publish(t, grass())
	other := grass()
	other.Name, other.BasicCode = "野外用火审批", "000164002000"
	b.Parts = []catalog.ThemePart{
		{Key: "p1", Item: first, Name: "临时占用草原审批", Department: "林业和草原局", Stage: 1},
		{Key: "p2", Item: w.publish(t, other), Name: "野外用火审批", Department: "应急管理局", Stage: 2, When: []string{"s1a"}},
	}
	b.EForm = catalog.EForm{ID: one.FormID, Number: one.Number, Title: one.Title}
	return w.publishWith(t, dbtest.League, b, flows.NewService().ComposeJoint(b.Name, "各部门并联办理", []flows.Line{
		{Name: "统一受理", Kind: "accept", Level: "own", Post: "clerk", Limit: 1}, {Name: "汇总办结", Kind: "decide", Level: "own", Post: "decider", Limit: 1}, {Name: "送达", Kind: "deliver", Level: "origin", Post: "clerk", Limit: 1},
	}))
}

// The guide of a theme says which fields will be filled in and for whom, after choices only those
// that follow from them; the empty form can be printed, and the address of a theme leads there.
func TestGuideShowsTheOneForm(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.oneForm(t)
	at := "/sites/" + codeOf(dbtest.Village)
	site := kittest.NewClient(t, w)
	guide := site.Get(at + "/items/" + id).Want(http.StatusOK).Doc()
	guide.Has("#form", "草原活动一张表", "共 5 项", "只填一次", "没有选到的部分不用填", "共用信息（1 项）", "申请人姓名", "用于：临时占用草原审批、野外用火审批", "填数字（亩）", "上传文件",
		"选一项：燃气、木柴", "可填多行：姓名、电话").Has(".cz-anchors", "要填的表").Has("#flow", "统一受理", "各部门并联办理", "各部门同时办理各事项", "汇总办结", "送达")
	if strings.Contains(guide.Text("#form"), "办理的事项") {
		t.Error("what nobody types is told to be filled in")
	}
	mine := site.Get(at + "/items/" + id + "/mine?c=s1b").Want(http.StatusOK).Doc()
	mine.Has("#form", "共 3 项", "占用面积")
	if strings.Contains(mine.Text("#form"), "燃料") || strings.Contains(mine.Text("#form"), "野外用火审批") {
		t.Error("my list asks for a part that was not chosen")
	}
	paper := site.Get(at + "/items/" + id + "/form").Want(http.StatusOK).Doc()
	paper.Has("h1", "草原活动一张表（空表）").Has("table", "申请人姓名", "填写内容", "用于")
	if n := paper.Count("tbody tr"); n != 5 {
		t.Errorf("the empty form has %d lines", n)
	}
	if n := site.Get(at + "/items/" + id + "/form?c=s1b").Want(http.StatusOK).Doc().Count("tbody tr"); n != 4 { // one line says what was chosen
		t.Errorf("after choices the empty form has %d lines", n)
	}
	site.Get(at+"/items/"+id+"/print").Want(http.StatusOK).Doc().Has("main", "要填的表", "占用面积")
	site.Get(at + "/items/" + id + "/guide.pdf").Want(http.StatusOK)

	res := site.Get(at + "/themes/" + id + "?c=s1b").Want(http.StatusMovedPermanently)
	if to := res.Header.Get("Location"); to != at+"/items/"+id+"?c=s1b" {
		t.Errorf("the address of a theme leads to %s", to)
	}
	site.Get(at + "/themes/nothing").Want(http.StatusNotFound)
	site.Get(at + "/items/" + w.publish(t, another()) + "/form").Want(http.StatusNotFound)
}

func another() catalog.Body {
	b := grass()
	b.Name, b.BasicCode = "草原征占用审核", "000164004000"
	return b
}

// Branches that go on at the same time are told as such.
func TestGuideTellsBranches(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	step := func(id, name, kind, level, post string) string {
		return `<b:userTask id="` + id + `" name="` + name + `"><b:extensionElements><ld:step kind="` + kind + `" level="` + level + `" post="` + post + `" limit="2"/></b:extensionElements></b:userTask>`
	}
	arrows := ""
	for i, a := range []string{"s>a", "a>p1", "p1>b", "p1>c", "b>p2", "c>p2", "p2>d", "d>f", "f>e"} {
		from, to, _ := strings.Cut(a, ">")
		arrows += `<b:sequenceFlow id="x` + string(rune('a'+i)) + `" sourceRef="` + from + `" targetRef="` + to + `"/>`
	}
	id := w.publishWith(t, dbtest.League, another(), []byte(`<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><b:process id="q" name="并行" isExecutable="true"><b:startEvent id="s"/><b:endEvent id="e"/><b:parallelGateway id="p1"/><b:parallelGateway id="p2"/>`+
		step("a", "受理", "accept", "own", "clerk")+step("b", "草原核查", "review", "county", "reviewer")+step("c", "环保核查", "review", "county", "reviewer")+step("d", "决定", "decide", "county", "decider")+step("f", "送达", "deliver", "origin", "clerk")+arrows+`</b:process></b:definitions>`))
	at := "/sites/" + codeOf(dbtest.Village) + "/items/" + id
	site := kittest.NewClient(t, w)
	page := site.Get(at).Want(http.StatusOK).Doc()
	page.Has("#flow", "草原核查", "同时进行（1/2）", "环保核查", "同时进行（2/2）", "决定", "送达")
	if n := page.Count("#flow tbody tr"); n != 5 {
		t.Errorf("%d steps", n)
	}
	site.Get(at+"/print").Want(http.StatusOK).Doc().Has("main", "环保核查（同时进行（2/2））")
}

// With ITEM_SHOTS set to a folder it leaves pictures there.
func TestOneFormPagesAreAccessible(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.oneForm(t)
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for name, path := range map[string]string{"oneform": "/items/" + id, "mine": "/items/" + id + "/mine?c=s1a", "sample": "/items/" + id + "/form"} {
		for size, width := range map[string]int64{"wide": 1440, "phone": 390} {
			b.Size(width, 900)
			b.Open(srv.URL + "/sites/" + codeOf(dbtest.Village) + path)
			b.Axe(name + " " + size)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s at %d is %d px too wide", name, width, n)
			}
			if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, "cz-"+name+"-"+size+".png"), true)
			}
		}
	}
}
