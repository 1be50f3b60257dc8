package citizen_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// demoItem is an item of the demonstration as its file has it.
type demoItem struct {
	catalog.Body

	Flow []struct {
		Name, Kind, Level, Post string
		Limit                   int
	}
}

// TestEveryGuideOfTheDemonstration opens all of them, at one width and the other by
// turns: nothing that axe knows is wrong, and nothing is too wide. A list of one's own
// is opened where there are situations.
func TestEveryGuideOfTheDemonstration(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../cmd/internal/demo/items.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []demoItem
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	w := newTown(t)
	var paths []string
	for _, d := range all {
		steps := make([]flows.Step, len(d.Flow))
		for i, s := range d.Flow {
			steps[i] = flows.Step{ID: "s" + strconv.Itoa(i), Name: s.Name, Kind: flows.Kind(s.Kind), Level: flows.Level(s.Level), Post: s.Post, LimitDays: s.Limit}
		}
		id := w.publishFlow(t, dbtest.League, d.Body, steps)
		paths = append(paths, "/items/"+id)
		if d.Divided() {
			paths = append(paths, "/items/"+id+"/mine")
		}
	}
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	c := kittest.NewClient(t, w)
	for _, p := range paths {
		c.Get(p).Want(http.StatusOK)
	}
	for turn, width := range []int64{1440, 390} {
		t.Run(strconv.FormatInt(width, 10), func(t *testing.T) {
			t.Parallel()
			b := kittest.NewBrowser(t).Size(width, 900)
			for i := turn; i < len(paths); i += 2 {
				b.Open(srv.URL + paths[i])
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s is %d px too wide", paths[i], n)
				}
				b.Axe(paths[i])
			}
		})
	}
}
