package catalog_test

import (
	"slices"
	"testing"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/db/dbtest"
)

// sound is an item that no rule has anything to say about.
func sound() catalog.Body {
	b := body()
	b.OrganCode, b.Phone, b.Complaint, b.Address, b.Hours, b.Remedy = organ, "0479-0000000", "12345", "一楼", "工作日", "可以申请行政复议"
	b.ReviewOrgan = "锡林郭勒盟行政公署"
	b.Materials = []catalog.Material{{Name: "申请书", Need: "1", Source: "10", Form: "3", Copies: 1}}
	b.Conditions, b.Audience, b.Forms, b.ProjectType, b.OnsiteTimes = []string{"取得草原使用权"}, []string{"1"}, []string{"1", "2"}, "2", 1
	b.Result, b.TopicsPerson = catalog.Result{Type: "20", Name: "批复"}, []string{"040"}
	b.Questions = []catalog.Question{{Q: "能代办吗？", A: "能。"}}
	return b
}

func rulesOf(found []catalog.Finding) (out []string) {
	for _, f := range found {
		out = append(out, f.Rule)
	}
	return out
}

// Every rule finds its own fault in an item that is otherwise sound, and nothing else.
func TestEveryRuleFindsItsFault(t *testing.T) {
	t.Parallel()
	if found := catalog.Examine(sound()); len(found) > 0 {
		t.Fatalf("a sound item: %v", found)
	}
	faults := map[string]func(*catalog.Body){
		"no_legal_basis":          func(b *catalog.Body) { b.LegalBasis = nil },
		"promise_over_statute":    func(b *catalog.Body) { b.PromisedDays = 21 },
		"no_limit":                func(b *catalog.Body) { b.StatutoryDays = 0 },
		"fee_without_basis":       func(b *catalog.Body) { b.Fees = []catalog.Fee{{Name: "工本费", Standard: "10 元"}} },
		"wrong_organ_code":        func(b *catalog.Body) { b.OrganCode = "11370800MB28559185" },
		"no_basic_code":           func(b *catalog.Body) { b.BasicCode = "" },
		"no_organ_code":           func(b *catalog.Body) { b.OrganCode = "" },
		"no_department":           func(b *catalog.Body) { b.Department = " " },
		"basis_without_article":   func(b *catalog.Body) { b.LegalBasis = []catalog.LegalBasis{{Law: "草原法"}} },
		"catch_all_material":      func(b *catalog.Body) { b.Materials[0].Name = "审批机关要求提交的其他材料" },
		"catch_all_condition":     func(b *catalog.Body) { b.Conditions = []string{"法律法规规定的其他情形"} },
		"material_without_source": func(b *catalog.Body) { b.Materials[0].Source = "" },
		"material_without_need":   func(b *catalog.Body) { b.Materials[0].Need = "" },
		"no_phone":                func(b *catalog.Body) { b.Phone = "" },
		"no_complaint_phone":      func(b *catalog.Body) { b.Complaint = "" },
		"no_address":              func(b *catalog.Body) { b.Address = "" },
		"visits_although_web":     func(b *catalog.Body) { b.OnsiteTimes = 2 },
		"visits_against_mode":     func(b *catalog.Body) { b.OnlineMode = catalog.ModeWholly },
		"at_once_with_days":       func(b *catalog.Body) { b.ProjectType = "1" },
		"no_result":               func(b *catalog.Body) { b.Result = catalog.Result{} },
		"material_without_form":   func(b *catalog.Body) { b.Materials[0].Form = "" },
		"no_materials":            func(b *catalog.Body) { b.Materials = nil },
		"no_conditions":           func(b *catalog.Body) { b.Conditions = nil },
		"no_audience":             func(b *catalog.Body) { b.Audience = nil },
		"no_handle_form":          func(b *catalog.Body) { b.Forms = nil },
		"no_hours":                func(b *catalog.Body) { b.Hours = "" },
		"no_remedy":               func(b *catalog.Body) { b.Remedy = "" },
		"no_faq":                  func(b *catalog.Body) { b.Questions = nil },
		"no_keywords":             func(b *catalog.Body) { b.Keywords = nil },
		"special_without_basis":   func(b *catalog.Body) { b.Specials = []catalog.Special{{Name: "听证"}} },
		"wrong_url":               func(b *catalog.Body) { b.OnlineURL = "www.example" },
		"no_review_organ":         func(b *catalog.Body) { b.ReviewOrgan = "" },
		"unreachable_choice": func(b *catalog.Body) {
			b.Situations = []catalog.Situation{{Question: "单位？", When: []string{"gone"}, Options: []catalog.Option{{ID: "a", Label: "是", Effect: catalog.Effect{Days: 1}}, {ID: "b", Label: "否"}}}}
		},
		"idle_option": func(b *catalog.Body) {
			b.Situations = []catalog.Situation{{Question: "单位？", Options: []catalog.Option{{ID: "a", Label: "是"}, {ID: "b", Label: "否"}}}}
		},
		"promise_is_statute": func(b *catalog.Body) { b.PromisedDays = b.StatutoryDays },
		"no_topic":           func(b *catalog.Body) { b.TopicsPerson = nil },
	}
	for _, r := range catalog.Rules() {
		if !text.Has("item_rule."+r.Name) || !text.Has("item_advice."+r.Name) {
			t.Errorf("rule %s has no words", r.Name)
		}
		spoil, ok := faults[r.Name]
		if !ok && r.Name != catalog.RuleSameCode && r.Name != catalog.RuleSameName {
			t.Errorf("rule %s is not tried", r.Name)
		}
		if !ok {
			continue
		}
		b := sound()
		b.Materials = slices.Clone(b.Materials)
		spoil(&b)
		if got := rulesOf(catalog.Examine(b)); !slices.Equal(got, []string{r.Name}) {
			t.Errorf("%s: found %v", r.Name, got)
		}
	}
}

func TestCheckupCountsByRule(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	published(t, svc)
	county := person(t, dbtest.County, "3", "item_editor")
	good, twin := sound(), sound()
	good.Name, good.BasicCode = "草原防火许可", "000116005000"
	for _, b := range []catalog.Body{good, twin} { // the second has name and code of what the league put in force
		if _, err := svc.Create(county, catalog.Draft{Body: b}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := svc.Checkup(county, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Items != 2 || c.Clean != 1 || len(c.Findings) != 2 || c.Findings[0].Rule != catalog.RuleSameCode || c.Findings[1].Rule != catalog.RuleSameName {
		t.Errorf("%d items, %d clean, %v", c.Items, c.Clean, c.Findings)
	}
	c, err = svc.Checkup(county, catalog.RuleSameName)
	if err != nil || len(c.Findings) != 1 || c.Findings[0].Detail != "000116001000" {
		t.Errorf("%v, %v", c.Findings, err)
	}
	for _, n := range c.Counts {
		if want := n.Rule.Name == catalog.RuleSameCode || n.Rule.Name == catalog.RuleSameName; (n.Items == 1) != want {
			t.Errorf("%s: %d items", n.Rule.Name, n.Items)
		}
	}
	found, err := svc.Examined(county, "", catalog.ImplementingList, twin)
	if err != nil || len(found) != 2 {
		t.Errorf("a third of that name: %v, %v", found, err)
	}
}

// Whoever is refused by an act of administrative power must be told where to go;
// a public service refuses nobody.
func TestReviewOrganByKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{"01": true, "02": true, "05": true, "07": true, "09": true, "10": true, "11": false, "20": false, "21": false, "": false} {
		found := slices.ContainsFunc(catalog.Examine(catalog.Body{Kind: kind}), func(f catalog.Finding) bool { return f.Rule == "no_review_organ" })
		if found != want {
			t.Errorf("kind %q: %v", kind, found)
		}
	}
}
