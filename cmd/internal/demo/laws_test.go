package demo

import (
	"slices"
	"strings"
	"testing"

	"liandong/modules/laws"
)

// TestLibraryHoldsWhatItemsName: every law of the library is named by items, with
// every article of it that they name.
func TestLibraryHoldsWhatItemsName(t *testing.T) {
	t.Parallel()
	library, err := decode[[]excerpt]("laws.json", library)
	if err != nil {
		t.Fatal(err)
	}
	if len(library) < 10 {
		t.Errorf("only %d laws", len(library))
	}
	for _, e := range library {
		r := laws.Read(strings.Join(e.Text, "\n"))
		if !r.Fine() || len(r.Left) > 0 || !slices.Contains(laws.Kinds(), e.Kind) {
			t.Errorf("%s: %+v", e.Title, r.Problems)
		}
		kept := map[int64]bool{}
		for _, a := range r.Articles {
			kept[a.Sort] = true
		}
		for _, a := range e.Amendments {
			kept[laws.Number(a.Label)] = true
		}
		named := false
		for _, i := range all(t) {
			for _, b := range i.LegalBasis {
				if b.Law != e.Title {
					continue
				}
				named = true
				if !kept[laws.Number(b.Article)] {
					t.Errorf("%s names %s%s, the library has it not", i.Name, e.Title, b.Article)
				}
			}
		}
		if !named {
			t.Errorf("no item names %s", e.Title)
		}
	}
}
