package forms_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"liandong/modules/forms"
)

type celCase struct {
	CEL    string `json:"cel"`
	Want   any    `json:"want"`
	Source string `json:"source"`
}

// TestSharedCases is one half of the promise that browser and server answer alike;
// the other is TestBrowserAnswersTheSharedCases of package web.
func TestSharedCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []celCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got, _, err := forms.TryExpression(c.CEL)
		if err != nil || got != c.Want {
			t.Errorf("%s: %v (%T), want %v: %v", c.CEL, got, got, c.Want, err)
		}
	}
}

// large is a form of 300 fields and 250 conditions, in a chain of dependencies.
func large() forms.Schema {
	s := forms.Schema{Title: "大表"}
	for i := range 300 {
		f := forms.Field{ID: fmt.Sprintf("q%d", i), Kind: forms.Text, Label: fmt.Sprint("问题", i)}
		switch {
		case i%3 == 1:
			f.Kind, f.Decimals = forms.Number, 2
		case i%10 == 9:
			f.Kind, f.Options = forms.Select, []forms.Option{{Value: "a", Label: "甲"}, {Value: "b", Label: "乙"}}
		}
		switch {
		case i < 50:
		case i%3 == 1 && i%2 == 0:
			f.Compute = fmt.Sprintf("q%d + q%d * 1.5", i-3, (i-30)/3*3+1)
		case i%5 == 0:
			f.RequiredWhen = fmt.Sprintf("q%d != '' && q1 > 3", (i-20)/3*3)
		case i%5 == 1:
			f.Rules = []forms.Rule{{CEL: fmt.Sprintf("q%d <= 100000 || q0 == 'x'", i/3*3+1), Message: "不合理"}}
		default:
			f.Visible = fmt.Sprintf("q%d >= 0 && q0 != 'hide'", (i-40)/3*3+1)
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}

func largeValues() forms.Values {
	v := forms.Values{}
	for i := range 300 {
		v[fmt.Sprintf("q%d", i)] = map[bool]string{true: fmt.Sprint(i % 7), false: "a"}[i%3 == 1]
	}
	return v
}

// TestLargeFormIsFast holds 300 fields and 250 conditions to the promise of 10 ms,
// generously: the machine of a test is shared.
func TestLargeFormIsFast(t *testing.T) {
	t.Parallel()
	c := compiled(t, large())
	best := time.Hour
	for range 20 {
		start := time.Now()
		c.Evaluate(largeValues(), day)
		best = min(best, time.Since(start))
	}
	t.Logf("300 fields, 250 conditions: %s", best)
	if best > 10*time.Millisecond {
		t.Errorf("%s", best)
	}
}

func BenchmarkEvaluateLargeForm(b *testing.B) {
	c, ps := forms.Compile(large())
	if len(ps) > 0 {
		b.Fatal(ps)
	}
	v := largeValues()
	for b.Loop() {
		c.Evaluate(v, day)
	}
}

// BenchmarkPublishingWhileFilling is the promise in full: 10,000 drafts, a version every second.
func BenchmarkPublishingWhileFilling(b *testing.B) {
	for b.Loop() {
		stress(b, service(b, newDB(b)), 10_000, 60, time.Second)
	}
}
