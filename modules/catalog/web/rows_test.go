package web

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"liandong/portal-sites/kit"
)

// Whatever buttons are pressed, the table does to its rows what a list would, and
// never loses or invents a value.
func TestRowButtonsFollowAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table := specialRows()
		var v kit.FormValues
		var model [][]string
		for i := range rapid.IntRange(0, 4).Draw(t, "rows") {
			model = append(model, []string{"name" + strconv.Itoa(i), "1", "10", "3", strconv.Itoa(i), ""})
		}
		table.write(&v, model)
		for range rapid.IntRange(0, 12).Draw(t, "presses") {
			i := rapid.IntRange(-1, 6).Draw(t, "row")
			op := rapid.SampledFrom([]string{"+", "-", "^", "_"}).Draw(t, "op")
			do := table.name + op
			if op != "+" {
				do += strconv.Itoa(i)
			}
			if !table.edit(&v, do) {
				t.Fatalf("%s is no button", do)
			}
			model = modelled(model, op, i)
		}
		got := make([][]string, table.count(v))
		for i := range got {
			got[i] = table.row(v, i)
		}
		if !slices.EqualFunc(got, model, slices.Equal) {
			t.Fatalf("rows %v, want %v", got, model)
		}
	})
}

func modelled(model [][]string, op string, i int) [][]string {
	known := 0 <= i && i < len(model)
	switch {
	case op == "+":
		return append(model, make([]string, 6)) // as many as specialRows has
	case op == "-" && known:
		return slices.Delete(model, i, i+1)
	case op == "^" && known && i > 0:
		model[i], model[i-1] = model[i-1], model[i]
	case op == "_" && known && i < len(model)-1:
		model[i], model[i+1] = model[i+1], model[i]
	}
	return model
}

func TestOtherButtonsAreNotRows(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"", "save", "submit", "materials", "mat+", "preview"} {
		var v kit.FormValues
		if materialRows().edit(&v, do) {
			t.Errorf("%q moved a row", do)
		}
	}
	var v kit.FormValues
	v.Set("materials.n", "100000000")
	if n := materialRows().count(v); n != maxRows {
		t.Errorf("%d rows believed", n)
	}
	for _, do := range []string{"materials-x", "materials*1", "materials-99999999999999999999"} {
		if !materialRows().edit(&v, do) {
			t.Errorf("%q is not a row's button", do)
		}
	}
}
