package api_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/partners"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// tested is an item whose cases wait for a laboratory before they are decided.
const tested = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><process id="p" name="检测" isExecutable="true">
<startEvent id="s"/><endEvent id="e"/>
<userTask id="accept" name="嘎查受理"><extensionElements><ld:step kind="accept" level="own" post="clerk" limit="2"/></extensionElements></userTask>
<intermediateCatchEvent id="wait" name="等待检测报告"><extensionElements><ld:wait for="external" key="lab"/></extensionElements><messageEventDefinition id="m"/></intermediateCatchEvent>
<userTask id="decide" name="盟级决定"><extensionElements><ld:step kind="decide" level="league" post="decider" limit="5" opinion="required" documents="准予行政许可决定书"/></extensionElements></userTask>
<sequenceFlow id="f1" sourceRef="s" targetRef="accept"/><sequenceFlow id="f2" sourceRef="accept" targetRef="wait"/><sequenceFlow id="f3" sourceRef="wait" targetRef="decide"/><sequenceFlow id="f4" sourceRef="decide" targetRef="e"/>
</process></definitions>`

// waiting is a case that waits for the laboratory.
func (w *town) waiting() cases.Case {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Create(editor, catalog.Draft{Flow: []byte(tested), Body: catalog.Body{
		Name: "草原检测许可", BasicCode: "000116002000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15,
	}})
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.item = v.ItemID
	c := w.filed(w.as(dbtest.Village, "10"), "k")
	if c, err = w.cases.Accept(w.as(dbtest.Village, "11", "clerk"), c.ID, c.Version, "齐全"); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// partner is the key of one that belongs to a tenant.
func (w *town) partner(at tenancy.ID, name string, answers bool) string {
	w.t.Helper()
	_, secret, err := w.partners.Create(w.as(at, "09", "system_admin"), partners.Input{Name: name, PerMinute: 100, PerDay: 1000, Answers: answers})
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

func (w *town) answer(key, idem, path, body string) got {
	w.t.Helper()
	h := map[string]string{"Content-Type": "application/json"}
	if key != "" {
		h["Authorization"] = "Bearer " + key
	}
	if idem != "" {
		h["Idempotency-Key"] = idem
	}
	return w.send(w.t.Context(), http.MethodPost, path, body, h)
}

// A partner that may answer lets a case go on that waits for it, once, however often it says so; one that
// may not, of another county, or about what nobody waits for, is refused and changes nothing.
func TestPartnersAnswerWaits(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.waiting()
	lab, reader, other := w.partner(dbtest.County, "检测中心", true), w.partner(dbtest.County, "某银行", false), w.partner(dbtest.County2, "邻县中心", true)
	path, good := "/api/tenants/152502000000/cases/"+c.No+"/waits/lab", `{"answer":"合格，报告号 18"}`
	w.answer("", "a", path, good).problem(403, "密钥")
	w.answer("ld_nobody", "a", path, good).problem(401, "密钥")
	w.answer(reader, "a", path, good).problem(403, "答复外部结果")
	w.answer(other, "a", path, good).problem(403, "")
	w.answer(other, "a", "/api/tenants/152501000000/cases/"+c.No+"/waits/lab", good).problem(404, "办件")
	w.answer(lab, "", path, good).problem(422, "")
	w.answer(lab, "a", path, `{"answer":" "}`).problem(422, "")
	w.answer(lab, "a", "/api/tenants/152502000000/cases/"+c.No+"/waits/bank", good).problem(409, "等待")
	w.answer(lab, "a", "/api/tenants/152502000000/cases/0/waits/lab", good).problem(404, "办件")
	if v := w.shown(c.ID); v.Case.Version != c.Version || v.Case.Awaits != cases.ForExternal {
		t.Fatalf("a refused answer moved the case to %s", v.Case.StepName)
	}
	var all sync.WaitGroup
	for range 4 { // at once, and again
		all.Go(func() { w.answer(lab, "r18", path, good).want(200) })
	}
	all.Wait()
	first := w.answer(lab, "r18", path, good).want(200)
	if first.body["no"] != c.No || first.body["wait"] != "lab" || first.header.Get("Cache-Control") != "no-store" {
		t.Errorf("answered %v", first.body)
	}
	v := w.shown(c.ID)
	if v.Case.StepID != "decide" || v.Case.Version != c.Version+1 {
		t.Fatalf("the case stands at %s, version %d", v.Case.StepName, v.Case.Version)
	}
	for _, s := range v.Steps {
		if s.WaitKey == "lab" && (s.Opinion != "合格，报告号 18" || s.ActorName != "检测中心" || s.Act != "fulfil") {
			t.Errorf("the record says %s %q by %s", s.Act, s.Opinion, s.ActorName)
		}
	}
	w.answer(lab, "r19", path, good).problem(409, "等待")
	if n := w.count(`select count(*) from audit_rows where action = 'cases:fulfil' and actor_name = '检测中心' and tenant_id = 152502200200000`); n != 1 {
		t.Errorf("%d lines of the record", n)
	}
}

func (w *town) shown(id string) cases.View {
	w.t.Helper()
	v, err := w.cases.Show(w.as(dbtest.League, "14", "decider"), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *town) count(query string) (n int) {
	w.t.Helper()
	err := w.db.InTx(dbtest.As(w.t, tenancy.Platform, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return tx.NewRaw(query).Scan(ctx, &n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
