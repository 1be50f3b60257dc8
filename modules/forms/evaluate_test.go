package forms_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"liandong/modules/forms"
)

// grant is a form that uses most of what forms can do: a subsidy for herders.
func grant() forms.Schema {
	return forms.Schema{Title: "草原生态补助申请表", Fields: []forms.Field{
		{ID: "applicant", Kind: forms.Group, Label: "申请人", Fields: []forms.Field{
			{ID: "kind", Kind: forms.Radio, Label: "申请人类型", Required: true, Options: []forms.Option{{"person", "个人"}, {"company", "企业"}}},
			{ID: "name", Kind: forms.Text, Label: "姓名", Required: true, PII: true, Prefill: "person.name", MaxLength: 50},
			{
				ID: "id_no", Kind: forms.IDNumber, Label: "身份证号", PII: true, RequiredWhen: "kind == 'person'", Visible: "kind == 'person'",
				Rules: []forms.Rule{{CEL: "years(birth(id_no), today) >= 18", Message: "申请人须年满十八周岁"}},
			},
			{ID: "company", Kind: forms.Group, Label: "企业", Visible: "kind == 'company'", Fields: []forms.Field{
				{ID: "code", Kind: forms.CreditCode, Label: "统一社会信用代码", Required: true},
				{ID: "staff", Kind: forms.Number, Label: "职工人数"},
			}},
			{ID: "born", Kind: forms.Date, Label: "出生日期", Compute: "birth(id_no)"},
		}},
		{ID: "herd", Kind: forms.Table, Label: "牲畜", MinRows: 1, MaxRows: 5, Required: true, Fields: []forms.Field{
			{ID: "beast", Kind: forms.Select, Label: "种类", Required: true, Options: []forms.Option{{"sheep", "羊"}, {"horse", "马"}}},
			{ID: "head", Kind: forms.Number, Label: "头数", Required: true, Min: new(1.0)},
			{ID: "price", Kind: forms.Money, Label: "单价"},
			{ID: "worth", Kind: forms.Money, Label: "价值", Compute: "head * price"},
			{ID: "brand", Kind: forms.Text, Label: "马印", Visible: "beast == 'horse'", Required: true},
		}},
		{ID: "total", Kind: forms.Money, Label: "合计", Compute: "sum(herd.map(h, has(h.worth) ? h.worth : 0))"},
		{ID: "reason", Kind: forms.LongText, Label: "说明", RequiredWhen: "total > 10000"},
		{ID: "agreed", Kind: forms.Checkbox, Label: "承诺属实", Required: true},
	}, Rules: []forms.Rule{{CEL: "total <= 50000", Message: "补助总额不得超过五万元", Field: "total"}}}
}

func compiled(t *testing.T, s forms.Schema) *forms.Compiled {
	t.Helper()
	if ps := forms.Check(s); len(ps) > 0 {
		t.Fatalf("%+v", ps)
	}
	c, _ := forms.Compile(s)
	return c
}

func paths(r forms.Result) (out []string) {
	for _, e := range r.Errors {
		what := e.Key
		if what == "" {
			what = e.Message
		}
		out = append(out, e.Path+" "+what)
	}
	return out
}

var day = forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind}

func filled() forms.Values {
	return forms.Values{
		"kind": "person", "name": " 其其格 ", "id_no": "11010519491231002x", "agreed": "1",
		"herd":   []any{map[string]any{"beast": "sheep", "head": "10", "price": "1,000.50"}, map[string]any{"beast": "horse", "head": 1.0, "price": "20", "brand": "月"}},
		"reason": "越冬",
	}
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	c := compiled(t, grant())
	r := c.Evaluate(filled(), day)
	if !r.OK() {
		t.Fatal(paths(r))
	}
	want := forms.Values{
		"kind": "person", "name": "其其格", "id_no": "11010519491231002X", "born": "1949-12-31", "agreed": true, "total": 10025.0, "reason": "越冬",
		"herd": []map[string]any{{"beast": "sheep", "head": 10.0, "price": 1000.5, "worth": 10005.0}, {"beast": "horse", "head": 1.0, "price": 20.0, "worth": 20.0, "brand": "月"}},
	}
	if !reflect.DeepEqual(r.Values, want) {
		t.Errorf("%#v", r.Values)
	}
	if again := c.Evaluate(r.Values, day); !reflect.DeepEqual(again, r) {
		t.Errorf("evaluating what was evaluated: %+v", again)
	}
}

func TestEvaluateFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := compiled(t, grant())
	for what, x := range map[string]struct {
		change func(forms.Values)
		want   []string
	}{
		"nothing":                              {func(v forms.Values) { clear(v) }, []string{"kind forms.choose", "name forms.required", "herd forms.add_row", "agreed forms.tick"}},
		"a child":                              {func(v forms.Values) { v["id_no"] = "110105201912310025" }, []string{"id_no id_number_check"}},
		"a hidden required field is not asked": {func(v forms.Values) { v["kind"] = "company"; v["code"] = "91350100M000100Y43" }, nil},
		"required when":                        {func(v forms.Values) { delete(v, "reason") }, []string{"reason forms.required"}},
		"cells": {
			func(v forms.Values) { v["herd"] = []any{map[string]any{"beast": "horse", "head": "0", "price": "x"}} },
			[]string{"herd.0.head forms.too_small", "herd.0.price forms.not_a_number", "herd.0.brand forms.required"},
		},
		"too many rows": {func(v forms.Values) {
			v["herd"] = slices.Repeat([]any{map[string]any{"beast": "sheep", "head": "1"}}, 6)
		}, []string{"herd forms.too_many_rows"}},
		"an empty row behind is none": {func(v forms.Values) {
			v["herd"] = []any{map[string]any{"beast": "sheep", "head": "1", "price": "1"}, map[string]any{"beast": "", "head": " "}}
		}, nil},
		"an empty row before one": {func(v forms.Values) {
			v["herd"] = []any{map[string]any{"beast": ""}, map[string]any{"beast": "sheep", "head": "1", "price": "1"}}
		}, []string{"herd.0.beast forms.choose", "herd.0.head forms.required"}},
		"nothing but an empty row": {func(v forms.Values) { v["herd"] = []any{map[string]any{"beast": "", "price": ""}} }, []string{"herd forms.add_row"}},
		"form rule": {func(v forms.Values) {
			v["herd"] = []any{map[string]any{"beast": "sheep", "head": "60", "price": "1000"}}
		}, []string{"total 补助总额不得超过五万元"}},
		"not a choice": {func(v forms.Values) { v["kind"] = "ghost" }, []string{"kind forms.not_an_option"}},
	} {
		v := filled()
		x.change(v)
		if got := paths(c.Evaluate(v, day)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

// A page offers an empty row; whoever has nothing to say leaves it so, and nothing is kept of it.
func TestEmptyRowsAreNone(t *testing.T) {
	t.Parallel()
	cell := forms.Field{ID: "who", Kind: forms.Text, Label: "姓名", Required: true}
	c := compiled(t, forms.Schema{Title: "家庭成员", Fields: []forms.Field{{ID: "family", Kind: forms.Table, Label: "家庭成员", MinRows: 2, Fields: []forms.Field{cell, {ID: "note", Kind: forms.Text, Label: "备注"}}}}})
	r := c.Evaluate(forms.Values{"family": []any{map[string]any{"who": "", "note": " "}, map[string]any{}}}, day)
	if !r.OK() || len(r.Values) != 0 || !r.Shown["family.0.who"] || !r.Required["family.0.who"] {
		t.Errorf("%q, values %v, shown %v", paths(r), r.Values, r.Shown)
	}
	if got := paths(c.Evaluate(forms.Values{"family": []any{map[string]any{"note": "长子"}, map[string]any{}}}, day)); !slices.Equal(got, []string{"family forms.too_few_rows", "family.0.who forms.required"}) && !slices.Equal(got, []string{"family.0.who forms.required", "family forms.too_few_rows"}) {
		t.Errorf("one row: %q", got)
	}
}

func TestHiddenValuesAreDroppedAndTold(t *testing.T) {
	t.Parallel()
	c := compiled(t, grant())
	v := filled()
	v["kind"], v["code"], v["staff"], v["total"], v["born"] = "company", "91350100M000100Y43", "7", "99", "1999-01-01"
	r := c.Evaluate(v, day)
	if !slices.Equal(r.Dropped, []string{"id_no"}) || r.Values["id_no"] != nil || r.Values["born"] != nil || r.Values["total"] != 10025.0 || r.Values["staff"] != 7.0 {
		t.Errorf("%v %v", r.Dropped, r.Values)
	}
}

func TestRightsAndReadonly(t *testing.T) {
	t.Parallel()
	s := grant()
	s.Find("name").Readonly = true
	s.Find("reason").Rights = map[string]forms.Right{"review": forms.Hidden}
	c := compiled(t, s)
	r := c.Evaluate(filled(), forms.Context{
		Today: "2026-03-04", Step: "review", Rights: map[string]forms.Right{"applicant": forms.Read},
		Stored: forms.Values{"name": "巴特尔", "kind": "person", "id_no": "11010519491231002X", "reason": "旧的"},
	})
	if !r.OK() || r.Values["name"] != "巴特尔" || r.Values["reason"] != "旧的" || !r.Secret["reason"] || !r.Locked["kind"] || r.Locked["agreed"] {
		t.Errorf("%v %v", paths(r), r)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	text := func(id string, f forms.Field) forms.Field {
		f.ID, f.Label = id, "字段"+id
		if f.Kind == "" {
			f.Kind = forms.Text
		}
		return f
	}
	for what, x := range map[string]struct {
		fields []forms.Field
		key    string
		detail string
	}{
		"a cycle of visibility":    {[]forms.Field{text("a", forms.Field{Visible: "b != ''"}), text("b", forms.Field{Visible: "c != ''"}), text("c", forms.Field{Visible: "a != ''"})}, "forms.cycle", "字段a → 字段b → 字段c → 字段a"},
		"a cycle of computation":   {[]forms.Field{text("a", forms.Field{Kind: forms.Number, Compute: "b + 1"}), text("b", forms.Field{Kind: forms.Number, Compute: "a * 2"})}, "forms.cycle", "字段a → 字段b → 字段a"},
		"itself":                   {[]forms.Field{text("a", forms.Field{Visible: "a == ''"})}, "forms.cycle", "字段a → 字段a"},
		"through a group":          {[]forms.Field{text("g", forms.Field{Kind: forms.Group, Visible: "a == ''", Fields: []forms.Field{text("a", forms.Field{})}})}, "forms.cycle", "字段g → 字段a → 字段g"},
		"through a table":          {[]forms.Field{text("n", forms.Field{Kind: forms.Number, Compute: "count(rows)"}), text("rows", forms.Field{Kind: forms.Table, Fields: []forms.Field{text("x", forms.Field{Visible: "n > 0"})}})}, "forms.cycle", "→"},
		"between cells":            {[]forms.Field{text("rows", forms.Field{Kind: forms.Table, Fields: []forms.Field{text("x", forms.Field{Visible: "y != ''"}), text("y", forms.Field{Visible: "x != ''"})}})}, "forms.cycle", "字段x → 字段y → 字段x"},
		"filled counts":            {[]forms.Field{text("a", forms.Field{Visible: "filled.b"}), text("b", forms.Field{Visible: "!filled.a"})}, "forms.cycle", "字段a"},
		"an unknown field":         {[]forms.Field{text("a", forms.Field{Visible: "nope == ''"})}, "forms.cel", "nope"},
		"an unknown field, filled": {[]forms.Field{text("a", forms.Field{Visible: "filled.nope"})}, "forms.cel_unknown", "nope"},
		"a cell from outside":      {[]forms.Field{text("a", forms.Field{Visible: "x == ''"}), text("rows", forms.Field{Kind: forms.Table, Fields: []forms.Field{text("x", forms.Field{})}})}, "forms.cel", "x"},
		"no truth value":           {[]forms.Field{text("a", forms.Field{Visible: "1 + 1"})}, "forms.cel_type", "bool"},
		"text where numbers are":   {[]forms.Field{text("a", forms.Field{}), text("b", forms.Field{Kind: forms.Number, Compute: "a + 1"})}, "forms.cel", "_+_"},
		"what costs too much":      {[]forms.Field{text("t", forms.Field{Kind: forms.Table, Fields: []forms.Field{text("x", forms.Field{})}}), text("a", forms.Field{Visible: "t.all(p, t.all(q, t.all(r, t.all(s, p.x == s.x))))"})}, "forms.cel_cost", ""},
		"the same id twice":        {[]forms.Field{text("a", forms.Field{}), text("a", forms.Field{})}, "forms.id_twice", "a"},
		"an id of SQL":             {[]forms.Field{text("a; drop table", forms.Field{})}, "forms.bad_id", "a; drop table"},
		"a reserved id":            {[]forms.Field{text("tenant_id", forms.Field{})}, "forms.bad_id", "tenant_id"},
		"no choices":               {[]forms.Field{text("a", forms.Field{Kind: forms.Select})}, "forms.no_options", ""},
		"a rule that says nothing": {[]forms.Field{text("a", forms.Field{Rules: []forms.Rule{{CEL: "true"}}})}, "forms.rule_message", ""},
		"a bad pattern":            {[]forms.Field{text("a", forms.Field{Pattern: "("})}, "forms.bad_pattern", "("},
		"files in a table":         {[]forms.Field{text("t", forms.Field{Kind: forms.Table, Fields: []forms.Field{text("x", forms.Field{Kind: forms.File})}})}, "forms.not_in_table", ""},
		"nothing to fill in":       {[]forms.Field{{ID: "n", Kind: forms.Note, Help: "说明"}}, "forms.no_fields", ""},
	} {
		ps := forms.Check(forms.Schema{Title: "表", Fields: x.fields})
		if !slices.ContainsFunc(ps, func(p forms.Problem) bool { return p.Key == x.key && strings.Contains(p.Detail, x.detail) }) {
			t.Errorf("%s: %+v", what, ps)
		}
	}
}

func TestCompareTellsDifferences(t *testing.T) {
	t.Parallel()
	now := grant()
	now.Find("reason").Label = "理由"
	now.Fields = append(now.Fields[1:], forms.Field{ID: "more", Kind: forms.Text, Label: "其他"})
	got := ""
	for _, c := range forms.Compare(grant(), now) {
		got += c.Field + " " + c.What + ";"
	}
	for _, want := range []string{"reason changed;", "more added;", "applicant removed;", "name removed;"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if len(forms.Compare(grant(), grant())) != 0 {
		t.Error("a form differs from itself")
	}
}
