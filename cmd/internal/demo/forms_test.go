package demo_test

import (
	"slices"
	"testing"

	"liandong/cmd/internal/demo"
	"liandong/modules/forms"
)

// TestFormsCanBeFilledIn publishes nothing: it holds every form to the checks of
// publishing, and every sample to the rules of its form.
func TestFormsCanBeFilledIn(t *testing.T) {
	t.Parallel()
	all, err := demo.FormList()
	if err != nil || len(all) < 4 {
		t.Fatalf("%d forms, %v", len(all), err)
	}
	items, err := demo.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		c, _ := forms.Compile(f.Schema)
		for _, p := range forms.Check(f.Schema) {
			t.Errorf("%s: %+v", f.Schema.Title, p)
		}
		for _, name := range f.Items {
			if !slices.ContainsFunc(items, func(i demo.Item) bool { return i.Name == name }) {
				t.Errorf("%s: no item %s", f.Schema.Title, name)
			}
		}
		for kind, number := range map[string]string{forms.PersonKind: "152502199001010020", forms.EnterpriseKind: "91152502MA0EXAMPL6"} {
			in := demo.Fill(f.Sample, map[string]string{"name": "其木格", "number": number, "phone": "13900000000", "place": "毛登牧场", "division": "152502100000"})
			if kind == forms.EnterpriseKind {
				delete(in, "xin_yong_dai_ma")
			}
			res := c.Evaluate(in, forms.Context{Today: "2026-11-22", ApplicantKind: kind})
			for _, e := range res.Errors {
				if e.Path != "xin_yong_dai_ma" && (kind == forms.PersonKind || e.Path != "shen_fen_zheng") {
					t.Errorf("%s, %s: %+v", f.Schema.Title, kind, e)
				}
			}
		}
	}
}
