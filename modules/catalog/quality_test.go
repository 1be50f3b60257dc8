package catalog_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// questions are everyday queries with the names of the items that people want, in
// two halves: one to tune with, one to check.
func questions(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open("testdata/queries.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// demoItems are the items of the demonstration.
func demoItems(t *testing.T) (bodies []catalog.Body) {
	t.Helper()
	raw, err := os.ReadFile("../../cmd/internal/demo/items.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &bodies); err != nil {
		t.Fatal(err)
	}
	return bodies
}

// wanted reports whether one of the names that were found first is one that was wanted.
func wanted(found []string, expected string) bool {
	for _, name := range found[:min(3, len(found))] {
		for e := range strings.SplitSeq(expected, "|") {
			if name == e {
				return true
			}
		}
	}
	return false
}

// publish puts a body in force at a tenant of the test tree.
func publish(t *testing.T, svc *catalog.Service, at tenancy.ID, b catalog.Body) string {
	t.Helper()
	editor, reviewer := person(t, at, "1", "item_editor"), person(t, at, "2", "item_reviewer")
	v, err := svc.Create(editor, catalog.Draft{Body: b, Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(b.Name, err)
	}
	if _, err := svc.Submit(editor, v.ID); err != nil {
		t.Fatal(b.Name, err)
	}
	if _, err := svc.Publish(reviewer, v.ID, "同意"); err != nil {
		t.Fatal(b.Name, err)
	}
	return v.ItemID
}

// demoTown is a catalogue with the items of the demonstration, each at its level.
func demoTown(t *testing.T) *catalog.Service {
	t.Helper()
	svc := setup(t)
	at := map[string]tenancy.ID{"league": dbtest.League, "county": dbtest.County, "township": dbtest.Township, "village": dbtest.Village}
	for _, b := range demoItems(t) {
		publish(t, svc, at[b.Level], b)
	}
	return svc
}

// TestSearchQuality asks what people ask and looks among the first three answers.
func TestSearchQuality(t *testing.T) {
	t.Parallel()
	svc := demoTown(t)
	village := dbtest.As(t, dbtest.Village, tenancy.Public)
	asked, good, first := map[string]int{}, map[string]int{}, map[string]int{}
	for _, q := range questions(t) {
		half, text, expected := q[0], q[1], q[2]
		p, err := svc.Find(village, catalog.Query{Text: text, Size: 3})
		if err != nil {
			t.Fatal(err)
		}
		names := make([]string, len(p.Rows))
		for i, h := range p.Rows {
			names[i] = h.Body.Name
		}
		asked[half]++
		if wanted(names[:min(1, len(names))], expected) {
			first[half]++
		}
		if wanted(names, expected) {
			good[half]++
		} else {
			t.Logf("%s: %q finds %q", half, text, names)
		}
	}
	for _, half := range []string{"tune", "check"} {
		n := float64(asked[half])
		t.Logf("%s: %d queries, success@3 %.3f, success@1 %.3f", half, asked[half], float64(good[half])/n, float64(first[half])/n)
		if asked[half] < 75 || float64(good[half])/n < 0.9 {
			t.Errorf("%s: %d of %d", half, good[half], asked[half])
		}
	}
}
