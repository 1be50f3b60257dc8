package forms_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/forms"
)

// The bounds of a part hold while it is chosen, and not otherwise.
func TestBoundsOfPartsThatAreNotChosen(t *testing.T) {
	t.Parallel()
	number := func(v float64) *float64 { return &v }
	sex := func(values ...string) (out []forms.Option) {
		for _, v := range values {
			out = append(out, forms.Option{Value: v, Label: v})
		}
		return out
	}
	field := func(f forms.Field, element string) forms.Field {
		f.ID, f.Label, f.Element = "x_"+element, element, element
		return f
	}
	wide := []forms.Field{
		field(forms.Field{Kind: forms.Text, MaxLength: 30}, "zhi_ye"), field(forms.Field{Kind: forms.Number, Max: number(100), Decimals: 2}, "min_zu"),
		field(forms.Field{Kind: forms.Select, Options: sex("a", "b", "c")}, "guo_ji"), field(forms.Field{Kind: forms.Checkbox, Options: sex("a", "b", "c")}, "zhi_wu"),
		field(forms.Field{Kind: forms.Date, Before: "2030-01-01"}, "chu_sheng_ri_qi"),
	}
	tight := []forms.Field{
		field(forms.Field{Kind: forms.Text, MaxLength: 3, MinLength: 2, Pattern: `[a-z"\\]*`}, "zhi_ye"), field(forms.Field{Kind: forms.Number, Min: number(1.5), Max: number(9)}, "min_zu"),
		field(forms.Field{Kind: forms.Select, Options: sex("b", "c", "d")}, "guo_ji"), field(forms.Field{Kind: forms.Checkbox, Options: sex("b", "c")}, "zhi_wu"),
		field(forms.Field{Kind: forms.Date, Before: "2027-01-01", After: "2026-01-01"}, "chu_sheng_ri_qi"),
	}
	in := unionOf(joined("a", false, wide...), joined("b", true, tight...))
	in.Words.Bound = func(part, bound, value string) string { return part + " " + bound + " " + value }
	s, u, c := united(t, in)
	good := map[string]any{"zhi_ye": "abc", "min_zu": 9.0, "guo_ji": "b", "zhi_wu": []string{"b", "c"}, "chu_sheng_ri_qi": "2026-05-05"}
	for element, loose := range map[string]map[string]any{
		"zhi_ye": {"部门b longest 3": "abcdef", "部门b shortest 2": "a", `部门b shape [a-z"\\]*`: "AB"}, "min_zu": {"部门b most 9": 12.0, "部门b least 1.5": 1.0, "部门b places 0": 2.25},
		"guo_ji": {"部门b among b / c": "a"}, "zhi_wu": {"部门b among b / c": []string{"a", "b"}}, "chu_sheng_ri_qi": {"部门b until 2027-01-01": "2028-02-02", "部门b since 2026-01-01": "2025-02-02"},
	} {
		for message, v := range loose {
			answers := forms.Values{}
			for e, x := range good {
				answers[u.Field("a", "x_"+e)] = x
			}
			id := u.Field("b", "x_"+element)
			answers[id] = v
			alone := c.Evaluate(answers, forms.Context{Today: "2026-03-04"})
			if !alone.OK() || !reflect.DeepEqual(alone.Values[id], v) {
				t.Errorf("%s = %v although b was not chosen: %+v", element, v, alone.Errors)
			}
			given := c.Prefill(map[string]any{forms.ElementFact(forms.ChosenElement): []string{"b"}})
			answers[u.Chosen] = []string{"b"}
			both := c.Evaluate(answers, forms.Context{Today: "2026-03-04", Stored: given})
			if e := both.Error(id); e == nil || e.Message != message || len(both.Errors) != 1 {
				t.Errorf("%s = %v with b: %+v, want %q", element, v, both.Errors, message)
			}
			answers[id] = good[element]
			if res := c.Evaluate(answers, forms.Context{Today: "2026-03-04", Stored: given}); !res.OK() {
				t.Errorf("%s = %v with b: %+v", element, good[element], res.Errors)
			}
		}
	}
	if f := s.Find(u.Field("a", "x_zhi_ye")); f.MaxLength != 30 || f.Pattern != "" {
		t.Errorf("bounded by what was not chosen: %+v", f)
	}
}

// Where every part is there by choice, an answer may be as wide as the widest.
func TestBoundsWhereAllAreChosen(t *testing.T) {
	t.Parallel()
	short := forms.Field{ID: "x", Kind: forms.Text, Label: "职业", Element: "zhi_ye", MaxLength: 2}
	long := short
	long.MaxLength = 5
	s, u, c := united(t, unionOf(joined("a", true, short), joined("b", true, long)))
	id := u.Field("a", "x")
	if s.Find(id).MaxLength != 5 {
		t.Errorf("%+v", s.Find(id))
	}
	for picked, ok := range map[string]bool{"a": false, "b": true} {
		given := c.Prefill(map[string]any{forms.ElementFact(forms.ChosenElement): []string{picked}})
		if res := c.Evaluate(forms.Values{id: "四个字了"}, forms.Context{Stored: given}); res.OK() != ok {
			t.Errorf("%s: %+v", picked, res.Errors)
		}
	}
}

// What every part that was chosen takes, the union takes: it demands nothing that none of them does.
func TestUnionDemandsNoMoreThanItsParts(t *testing.T) {
	t.Parallel()
	taken, bounded := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := unionOf()
		for i := range rapid.IntRange(2, 3).Draw(t, "parts") {
			p := joined(string(rune('a'+i)), rapid.Bool().Draw(t, "choice"))
			d := &drawer{t: t, ids: map[string]bool{}, bound: map[string]bool{}}
			for k, e := range elements() {
				f := forms.Field{ID: "x" + string(rune('0'+k)), Label: e, Element: e, Kind: []forms.Kind{forms.Text, forms.Select, forms.Number, forms.Date}[k], Required: d.maybe(3)}
				if k > 0 && d.maybe(4) {
					f.Visible = "filled.x0"
				}
				d.bounds(&f)
				if f.Kind == forms.Date && f.After == "today" {
					f.After = ""
				}
				p.Schema.Fields = append(p.Schema.Fields, f)
			}
			in.Parts = append(in.Parts, p)
		}
		s, problems := forms.Unite(in)
		if len(problems) > 0 {
			t.Fatalf("problems %+v", problems)
		}
		c, _ := forms.Compile(s)
		u := s.Union
		answers, given := drawAnswers(t, &s, c)
		ctx := forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind}
		for _, p := range in.Parts {
			if !slices.Contains(u.Picked(given), p.Key) {
				continue
			}
			own, _ := forms.Compile(p.Schema)
			if res := own.Evaluate(u.Sheet(p.Key, answers), ctx); !res.OK() {
				return
			}
		}
		taken++
		s.Walk(func(f *forms.Field, _ []*forms.Field) bool {
			if len(f.Rules) > 0 {
				bounded++
			}
			return true
		})
		ctx.Stored = given
		if res := c.Evaluate(answers, ctx); !res.OK() {
			t.Fatalf("every part takes %v, the union does not: %+v\n%s\n%s", answers, res.Errors, spelled(s), spelled(in.Parts))
		}
	})
	if taken < 20 || bounded < 20 {
		t.Errorf("only %d taken, %d rules: the test says little", taken, bounded)
	}
}
