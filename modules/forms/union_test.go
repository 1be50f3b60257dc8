package forms_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/forms"
)

func unionOf(parts ...forms.Joined) forms.Uniting {
	return forms.Uniting{Words: forms.UnionWords{Title: "开办餐饮店申请表", Shared: "共用信息", Chosen: "一并办理的事项"}, Parts: parts}
}

func joined(key string, choice bool, fields ...forms.Field) forms.Joined {
	return forms.Joined{Key: key, Title: "部门" + key, Choice: choice, FormID: "f-" + key, Number: 1, Schema: forms.Schema{Title: "表" + key, Fields: fields}}
}

func united(t *testing.T, in forms.Uniting) (forms.Schema, *forms.Union, *forms.Compiled) {
	t.Helper()
	s, problems := forms.Unite(in)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	c, more := forms.Compile(s)
	if len(more) > 0 {
		t.Fatalf("does not compile: %+v", more)
	}
	return s, s.Union, c
}

func TestUnitesByDataElement(t *testing.T) {
	t.Parallel()
	name := forms.Field{ID: "name", Kind: forms.Text, Label: "店名", Element: "dan_wei_ming_cheng", MaxLength: 30, Prefill: "enterprise.name"}
	wide := forms.Field{ID: "company", Kind: forms.LongText, Label: "单位名称", Element: "dan_wei_ming_cheng", Required: true, PII: true, Help: "与营业执照一致"}
	s, u, c := united(t, unionOf(
		joined("a", false, name, forms.Field{ID: "area", Kind: forms.Number, Label: "面积", Unit: "平方米", Element: "jian_zhu_mian_ji"}, forms.Field{ID: "note", Kind: forms.Text, Label: "说明"}),
		joined("b", false, wide, forms.Field{ID: "area", Kind: forms.Number, Label: "面积", Unit: "亩", Element: "jian_zhu_mian_ji"}, forms.Field{ID: "note", Kind: forms.Text, Label: "备注", RequiredWhen: `area > 3 && filled.company`}),
	))
	one := s.Find(u.Field("a", "name"))
	if one == nil || u.Field("b", "company") != one.ID {
		t.Fatalf("name is not shared: %+v", u)
	}
	if !one.Required || one.MaxLength != 30 || !one.PII || one.Prefill != "enterprise.name" || one.Help == "" || one.Kind != forms.LongText || one.Label != "单位名称" {
		t.Errorf("shared field: %+v", one)
	}
	if u.Field("a", "area") == u.Field("b", "area") {
		t.Error("different units were taken for the same")
	}
	if len(u.Apart) != 2 || u.Apart[0].Part != "a" || u.Apart[1].Part != "b" || u.Apart[1].Why != "unit" {
		t.Errorf("apart: %+v", u.Apart)
	}
	if got := u.Takers(one.ID); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("takers: %v", got)
	}
	if s.Fields[0].Label != "共用信息" || s.Fields[1].Label != "部门a" || s.Fields[2].Label != "部门b" {
		t.Errorf("sections: %+v", s.Fields)
	}
	res := c.Evaluate(forms.Values{one.ID: "草原餐厅", u.Field("a", "area"): 100.0, u.Field("b", "area"): 5.0}, forms.Context{Today: "2026-03-04"})
	if e := res.Error(u.Field("b", "note")); e == nil || len(res.Errors) != 1 {
		t.Errorf("rewritten condition: %+v", res.Errors)
	}
	if got := u.Sheet("b", forms.Values{one.ID: "草原餐厅", u.Field("b", "area"): 5.0, u.Field("a", "note"): "x"}); !reflect.DeepEqual(got, forms.Values{"company": "草原餐厅", "area": 5.0}) {
		t.Errorf("sheet: %v", got)
	}
}

func TestEachPartSeesWhatItAsks(t *testing.T) {
	t.Parallel()
	kind := forms.Field{ID: "kind", Kind: forms.Radio, Label: "类别", Required: true, Options: []forms.Option{{Value: "1", Label: "一"}, {Value: "2", Label: "二"}}}
	phone := forms.Field{ID: "phone", Kind: forms.Text, Label: "电话", Element: "lian_xi_dian_hua", Visible: `kind == "1"`, Required: true}
	asks := forms.Field{ID: "why", Kind: forms.Text, Label: "无电话的原因", RequiredWhen: `phone == ""`}
	always := forms.Field{ID: "tel", Kind: forms.Text, Label: "电话", Element: "lian_xi_dian_hua"}
	s, u, c := united(t, unionOf(joined("a", false, kind, phone, asks), joined("b", false, always)))
	tel := s.Find(u.Field("b", "tel"))
	if tel.Visible != "" || tel.Required || tel.RequiredWhen == "" || u.Field("a", "phone") != tel.ID {
		t.Fatalf("shared: %+v", tel)
	}
	res := c.Evaluate(forms.Values{u.Field("a", "kind"): "2", tel.ID: "123"}, forms.Context{})
	if res.Error(u.Field("a", "why")) == nil {
		t.Errorf("part a sees an answer that it did not ask for: %+v", res)
	}
	res = c.Evaluate(forms.Values{u.Field("a", "kind"): "1"}, forms.Context{})
	if res.Error(tel.ID) == nil {
		t.Errorf("wanted by a: %+v", res)
	}
}

func TestChosenParts(t *testing.T) {
	t.Parallel()
	f := forms.Field{ID: "x", Kind: forms.Text, Label: "内容", Element: "zhi_ye", Required: true}
	own := forms.Field{ID: "y", Kind: forms.Text, Label: "其他", Required: true}
	s, u, c := united(t, unionOf(joined("a", true, f, own), joined("b", true, f)))
	chosen := s.Find(u.Chosen)
	if chosen == nil || !chosen.Readonly || len(chosen.Options) != 2 || chosen.Element != forms.ChosenElement {
		t.Fatalf("chosen: %+v", chosen)
	}
	for picked, wrong := range map[string]int{"": 0, "a": 2, "b": 1, "a b": 2} {
		given := c.Prefill(map[string]any{forms.ElementFact(forms.ChosenElement): strings.Fields(picked)})
		res := c.Evaluate(given, forms.Context{Stored: given})
		if len(res.Errors) != wrong {
			t.Errorf("%q: %+v", picked, res.Errors)
		}
		if got := u.Picked(res.Values); !slices.Equal(got, strings.Fields(picked)) {
			t.Errorf("%q: picked %v", picked, got)
		}
	}
}

func TestTablesKeepTheirCells(t *testing.T) {
	t.Parallel()
	staff := func(id string) forms.Field {
		return forms.Field{ID: id, Kind: forms.Table, Label: "人员", Fields: []forms.Field{
			{ID: "who", Kind: forms.Text, Label: "姓名", Element: "xing_ming"},
			{ID: "pay", Kind: forms.Money, Label: "工资", Visible: `who != "" && filled.who`, Rules: []forms.Rule{{CEL: "pay <= 9", Message: "太多"}}},
		}}
	}
	total := forms.Field{ID: "total", Kind: forms.Money, Label: "合计", Compute: `sum(staff.map(r, has(r.pay) ? r.pay : 0)) + (count(staff) > 5 ? staff[0]["pay"] : 0)`}
	a, b := joined("a", false, staff("staff"), total), joined("b", false, staff("staff"), total)
	b.Schema.Rules = []forms.Rule{{CEL: `staff.all(who, who.pay < 8)`, Message: "工资过高", Field: "staff"}}
	_, u, c := united(t, unionOf(a, b))
	tb := u.Field("b", "staff")
	row := map[string]any{u.Field("b", "who"): "其其格", u.Field("b", "pay"): 8.5}
	res := c.Evaluate(forms.Values{tb: []map[string]any{row}}, forms.Context{})
	if e := res.Error(tb); e == nil || len(res.Errors) != 1 || res.Values[u.Field("b", "total")] != 8.5 {
		t.Errorf("%+v", res)
	}
	if got := u.Sheet("b", res.Values); !reflect.DeepEqual(got["staff"], []map[string]any{{"who": "其其格", "pay": 8.5}}) || got["total"] != 8.5 {
		t.Errorf("sheet: %v", got)
	}
}

// What waits for each other across parts is not shared, rather than refused.
func TestCyclesAcrossParts(t *testing.T) {
	t.Parallel()
	field := func(id, element, visible string) forms.Field {
		return forms.Field{ID: id, Kind: forms.Text, Label: id, Element: element, Visible: visible}
	}
	_, u, _ := united(t, unionOf(
		joined("a", false, field("k", "", ""), field("x", "zhi_ye", "filled.k"), field("y", "guo_ji", "filled.x")),
		joined("b", false, field("k", "", ""), field("y", "guo_ji", "filled.k"), field("x", "zhi_ye", "filled.y")),
	))
	if len(u.Apart) == 0 || u.Apart[0].Why != "condition" {
		t.Errorf("apart: %+v", u.Apart)
	}
}

func TestIdsStayWhenUnitedAgain(t *testing.T) {
	t.Parallel()
	f := func(id, element string) forms.Field {
		return forms.Field{ID: id, Kind: forms.Text, Label: id, Element: element}
	}
	first, u, _ := united(t, unionOf(joined("a", true, f("x", ""), f("y", "zhi_ye")), joined("b", false, f("x", ""), f("z", "zhi_ye"))))
	data, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := forms.ParseSchema(data)
	if err != nil || !reflect.DeepEqual(again.Union, u) {
		t.Fatalf("does not survive JSON: %v %+v", err, again.Union)
	}
	in := unionOf(joined("c", false, f("x", "")), joined("b", false, f("x", ""), f("z", "zhi_ye")), joined("a", true, f("x", ""), f("y", "zhi_ye")))
	in.Before = u
	_, now, _ := united(t, in)
	for _, k := range [][2]string{{"a", "x"}, {"a", "y"}, {"b", "x"}, {"b", "z"}} {
		if u.Field(k[0], k[1]) != now.Field(k[0], k[1]) {
			t.Errorf("%v was %s, is %s", k, u.Field(k[0], k[1]), now.Field(k[0], k[1]))
		}
	}
	if got := now.Field("c", "x"); got == u.Field("a", "x") || got == u.Field("b", "x") {
		t.Errorf("an id was given away: %s", got)
	}
	if got := u.Stale(in.Parts); !slices.Equal(got, []string{"c"}) {
		t.Errorf("stale: %v", got)
	}
}

func TestRefusesWhatCannotBeUnited(t *testing.T) {
	t.Parallel()
	f := forms.Field{ID: "x", Kind: forms.Text, Label: "x", RequiredWhen: `filled.exists(k, filled[k])`}
	for name, in := range map[string]forms.Uniting{
		"no parts": unionOf(), "twice": unionOf(joined("a", false, forms.Field{ID: "x", Kind: forms.Text, Label: "x"}), joined("a", false, forms.Field{ID: "x", Kind: forms.Text, Label: "x"})),
		"broken": unionOf(joined("a", false, forms.Field{ID: "x", Kind: forms.Text, Label: "x", Visible: "nope"})), "whole": unionOf(joined("a", false, f)),
	} {
		if _, problems := forms.Unite(in); len(problems) == 0 {
			t.Errorf("%s: no problem told", name)
		}
	}
}

// Whatever holds in the union holds in every part's own form.
func TestUnionHoldsInEveryPart(t *testing.T) {
	t.Parallel()
	valid, shared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := drawParts(t)
		s, problems := forms.Unite(in)
		if len(problems) > 0 {
			t.Fatalf("problems %+v\nof %s", problems, spelled(in.Parts))
		}
		c, _ := forms.Compile(s)
		u := s.Union
		s.Walk(func(f *forms.Field, _ []*forms.Field) bool {
			if len(u.Takers(f.ID)) > 1 {
				shared++
			}
			return true
		})
		answers, given := drawAnswers(t, &s, c)
		res := c.Evaluate(answers, forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind, Stored: given})
		if !res.OK() {
			return
		}
		valid++
		for _, key := range u.Picked(res.Values) {
			for _, p := range in.Parts {
				if p.Key == key {
					sheetHolds(t, p, &s, res)
				}
			}
		}
	})
	if valid < 20 || shared < 20 {
		t.Errorf("only %d valid answers, %d shared fields: the test says little", valid, shared)
	}
}

func sheetHolds(t *rapid.T, p forms.Joined, s *forms.Schema, res forms.Result) {
	c, _ := forms.Compile(p.Schema)
	sheet := s.Union.Sheet(p.Key, res.Values)
	own := c.Evaluate(sheet, forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind, Stored: sheet})
	if !own.OK() {
		t.Fatalf("union holds, part %s does not: %+v\nunion %v\nsheet %v\nunion form %s\npart %s", p.Key, own.Errors, res.Values, sheet, spelled(s), spelled(p.Schema))
	}
	for id, v := range own.Values {
		if !reflect.DeepEqual(v, sheet[id]) {
			t.Fatalf("part %s: %s is %v in its own form, %v in the union\n%s\n%s", p.Key, id, v, sheet[id], spelled(s), spelled(p.Schema))
		}
	}
}

// The union is filled in with what is known as each part is.
func TestUnionIsFilledInLikeItsParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawParts(t)
		s, _ := forms.Unite(in)
		c, _ := forms.Compile(s)
		facts := map[string]any{"person.name": "其其格"}
		for _, e := range elements() {
			facts[forms.ElementFact(e)] = "b"
		}
		filled := c.Prefill(facts)
		for _, p := range in.Parts {
			own, _ := forms.Compile(p.Schema)
			for id, v := range own.Prefill(facts) {
				f := s.Find(s.Union.Field(p.Key, id))
				got := filled[f.ID]
				if got == nil && f.Compute == "" && !narrower(f, p.Schema.Find(id)) || len(s.Union.Takers(f.ID)) == 1 && !reflect.DeepEqual(got, v) {
					t.Fatalf("%s.%s is filled with %v, the union's %s with %v\n%s\n%s", p.Key, id, v, f.ID, got, spelled(f), spelled(in.Parts))
				}
			}
		}
	})
}

func narrower(f, own *forms.Field) bool {
	return !reflect.DeepEqual(f.Options, own.Options) || f.MaxLength != own.MaxLength || f.MinLength != own.MinLength || f.Pattern != own.Pattern || f.Prefill != own.Prefill
}

func spelled(v any) string {
	data, _ := json.MarshalIndent(v, "", " ")
	return string(data)
}

func elements() []string { return []string{"zhi_ye", "guo_ji", "min_zu", "zhi_wu"} }

func drawParts(t *rapid.T) forms.Uniting {
	n := rapid.IntRange(1, 3).Draw(t, "parts")
	in := unionOf()
	for i := range n {
		p := drawPart(t, string(rune('a'+i)))
		in.Parts = append(in.Parts, p)
	}
	return in
}

func drawPart(t *rapid.T, key string) forms.Joined {
	for {
		p := joined(key, rapid.Bool().Draw(t, "choice"))
		d := &drawer{t: t, ids: map[string]bool{}, bound: map[string]bool{}}
		p.Schema.Fields = d.fields(rapid.IntRange(1, 7).Draw(t, "fields"), 1)
		if !d.any {
			p.Schema.Fields = append(p.Schema.Fields, forms.Field{ID: "last", Kind: forms.Text, Label: "last"})
		}
		if rapid.IntRange(0, 3).Draw(t, "rule") == 0 {
			p.Schema.Rules = []forms.Rule{{CEL: d.cond(), Message: "整体"}}
		}
		if len(forms.Check(p.Schema)) == 0 {
			return p
		}
	}
}

// drawer draws the fields of one form; expressions look at fields before them only.
type drawer struct {
	t     *rapid.T
	ids   map[string]bool
	conds []string // what may be asked of fields so far
	nums  []string
	bound map[string]bool // elements
	any   bool
}

func (d *drawer) pick(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.t, what)
}

func (d *drawer) maybe(odds int) bool { return rapid.IntRange(1, odds).Draw(d.t, "odds") == 1 }

func (d *drawer) cond() string {
	if len(d.conds) == 0 || d.maybe(8) {
		return d.pick("const", `applicant_kind == "person"`, `today > "2020-01-01"`, `1 > 2`)
	}
	one := d.pick("cond", d.conds...)
	switch rapid.IntRange(0, 4).Draw(d.t, "join") {
	case 0:
		return one + " || " + d.pick("cond", d.conds...)
	case 1:
		return "!(" + one + ") && " + d.pick("cond", d.conds...)
	}
	return one
}

func (d *drawer) id() string {
	id := d.pick("id", "x", "y", "z", "v", "r", "w", "n", "s") + d.pick("no", "", "1", "2", "3")
	for d.ids[id] {
		id += "q"
	}
	d.ids[id] = true
	return id
}

func (d *drawer) fields(n, depth int) (out []forms.Field) {
	for range n {
		if depth < 4 && d.maybe(5) {
			g := forms.Field{ID: d.id(), Kind: forms.Group, Label: "组"}
			if d.maybe(2) {
				g.Visible = d.cond()
			}
			g.Fields = d.fields(rapid.IntRange(1, 3).Draw(d.t, "inner"), depth+1)
			out = append(out, g)
			continue
		}
		out = append(out, d.field(depth))
	}
	return out
}

func (d *drawer) field(depth int) forms.Field {
	d.any = true
	f := forms.Field{ID: d.id(), Label: "字段"}
	f.Kind = rapid.SampledFrom([]forms.Kind{forms.Text, forms.Text, forms.LongText, forms.Number, forms.Select, forms.Radio, forms.Checkbox, forms.Date, forms.Table}).Draw(d.t, "kind")
	if f.Kind == forms.Table && depth == 4 {
		f.Kind = forms.Text
	}
	if f.Kind == forms.Table {
		return d.table(f)
	}
	if e := d.pick("element", elements()...); !d.maybe(4) && (!d.bound[e] || d.maybe(8)) {
		f.Element, d.bound[e] = e, true
		if !d.maybe(6) { // the same kind of field in most forms
			f.Kind = map[string]forms.Kind{"zhi_ye": forms.Text, "guo_ji": forms.Select, "min_zu": forms.Number, "zhi_wu": forms.Checkbox}[e]
		}
	}
	if d.maybe(3) {
		f.Visible = d.cond()
	}
	f.Readonly = d.maybe(16)
	switch {
	case d.maybe(4):
		f.Required = true
	case d.maybe(4):
		f.RequiredWhen = d.cond()
	}
	if d.maybe(6) && f.Kind == forms.Text {
		f.Prefill = "person.name"
	}
	d.bounds(&f)
	if f.Kind == forms.Number && len(d.nums) > 0 && d.maybe(3) {
		f.Compute = d.pick("num", d.nums...) + " + 1"
	}
	d.learn(f)
	if d.maybe(4) {
		f.Rules = []forms.Rule{{CEL: d.cond(), Message: "不对"}}
	}
	return f
}

func (d *drawer) bounds(f *forms.Field) {
	switch f.Kind {
	case forms.Text, forms.LongText:
		f.MaxLength = rapid.IntRange(0, 3).Draw(d.t, "max")
		f.MinLength = rapid.IntRange(0, 1).Draw(d.t, "min")
		f.Pattern = d.pick("pattern", "", "", "", "", "[ab]*", "[bc]*")
	case forms.Number:
		low := float64(rapid.IntRange(0, 2).Draw(d.t, "low"))
		f.Min = &low
		f.Decimals = rapid.IntRange(0, 1).Draw(d.t, "decimals")
	case forms.Select, forms.Radio:
		for _, o := range [][]string{{"a", "b"}, {"b", "c"}, {"a", "b", "c"}}[rapid.IntRange(0, 2).Draw(d.t, "options")] {
			f.Options = append(f.Options, forms.Option{Value: o, Label: o})
		}
	case forms.Checkbox:
		if d.maybe(2) {
			f.Options = []forms.Option{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}}
		}
	case forms.Date:
		f.After = d.pick("after", "", "2026-01-01", "today")
	}
}

// learn lets later expressions look at f.
func (d *drawer) learn(f forms.Field) {
	id := f.ID
	d.conds = append(d.conds, "filled."+id)
	switch {
	case f.Kind == forms.Number:
		d.conds = append(d.conds, id+" > 1", id+" == 0")
		d.nums = append(d.nums, id, "round("+id+", 0)")
	case f.Multiple():
		d.conds = append(d.conds, `"a" in `+id, id+`.exists(x, x == "b")`, id+`.all(`+id+`, `+id+` == "a")`)
	case f.Kind == forms.Checkbox:
		d.conds = append(d.conds, id)
	default:
		d.conds = append(d.conds, id+` == "a"`, id+` != ""`, `length(`+id+`) > 1`, id+`.matches("a.*")`)
	}
}

func (d *drawer) table(f forms.Field) forms.Field {
	cell, num := d.id(), d.id()
	f.Fields = []forms.Field{{ID: cell, Kind: forms.Text, Label: "格", Element: "zhi_ye", Visible: d.cond()}, {ID: num, Kind: forms.Number, Label: "数", RequiredWhen: "filled." + cell + " && " + d.cond()}}
	if d.maybe(2) {
		f.Visible = d.cond()
	}
	d.conds = append(d.conds, "count("+f.ID+") > 1", f.ID+`.exists(r, has(r.`+num+`) && r.`+num+` > 1)`, f.ID+`.all(x, x["`+num+`"] == 1)`)
	d.nums = append(d.nums, "sum("+f.ID+".map(v, has(v."+num+") ? v."+num+" : 0))")
	return f
}

// drawAnswers draws answers, and mends what is wrong with them where it can.
func drawAnswers(t *rapid.T, s *forms.Schema, c *forms.Compiled) (answers, given forms.Values) {
	answers, given = forms.Values{}, forms.Values{}
	s.Walk(func(f *forms.Field, around []*forms.Field) bool {
		if !f.Kind.Holds() || slices.ContainsFunc(around, func(a *forms.Field) bool { return a.Kind == forms.Table }) {
			return true
		}
		if v := drawValue(t, f); v != nil {
			answers[f.ID] = v
			if f.Readonly {
				given[f.ID] = v
			}
		}
		return true
	})
	for range 6 {
		res := c.Evaluate(answers, forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind, Stored: given})
		for _, e := range res.Errors {
			id, _, _ := strings.Cut(e.Path, ".")
			f := s.Find(id)
			if f == nil {
				continue
			}
			delete(answers, id)
			if v := drawValue(t, f); v != nil {
				answers[id] = v
			}
		}
	}
	return answers, given
}

func drawValue(t *rapid.T, f *forms.Field) any {
	if rapid.IntRange(0, 3).Draw(t, "empty") == 0 {
		return nil
	}
	switch {
	case f.Kind == forms.Number:
		return float64(rapid.IntRange(0, 4).Draw(t, "n"))
	case f.Multiple():
		var out []string
		for _, o := range f.Options {
			if rapid.Bool().Draw(t, "tick") {
				out = append(out, o.Value)
			}
		}
		return out
	case f.Kind == forms.Checkbox:
		return rapid.Bool().Draw(t, "yes")
	case f.Kind == forms.Date:
		return fmt.Sprintf("2026-%02d-01", rapid.IntRange(1, 12).Draw(t, "month"))
	case f.Kind == forms.Table:
		var out []map[string]any
		for range rapid.IntRange(0, 2).Draw(t, "rows") {
			row := map[string]any{}
			for i := range f.Fields {
				if v := drawValue(t, &f.Fields[i]); v != nil {
					row[f.Fields[i].ID] = v
				}
			}
			out = append(out, row)
		}
		return out
	}
	return rapid.SampledFrom([]string{"a", "b", "c", "ab", "bb", "abc"}).Draw(t, "text")
}
