package codes_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog/codes"
	"liandong/tenancy"
)

func TestExtensionsDoNotMeetNationalCodes(t *testing.T) {
	t.Parallel()
	open := 0
	for _, s := range codes.Systems() {
		if x := s.Extend; x.Open() {
			open++
			if x.Say == "" || x.Why == "" || x.Allows("") || x.Allows("不是代码") {
				t.Errorf("%s: %+v", s.ID, x)
			}
		}
	}
	if open != 11 {
		t.Errorf("%d lists can be extended", open)
	}
	kinds, _ := codes.About(codes.ItemType)
	for code, want := range map[string]bool{"12": true, "19": true, "20": false, "21": true, "07": false, "111": false, " 12": false} {
		if kinds.Extend.Allows(code) != want {
			t.Errorf("%s: allowed is %v", code, !want)
		}
	}
}

// TestBookMerges holds a book to what it promises of any entries of any tenants:
// the nearest to the root counts, national codes before all, others are words only.
func TestBookMerges(t *testing.T) {
	t.Parallel()
	chain := []tenancy.ID{0, 10, 20, 30}
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) codes.Entry {
			return codes.Entry{
				Owner:  rapid.SampledFrom([]tenancy.ID{0, 10, 20, 30, 31, 40}).Draw(t, "owner"),
				System: rapid.SampledFrom([]string{codes.ItemType, codes.Group, codes.YesNo, "none"}).Draw(t, "system"),
				Code:   rapid.SampledFrom([]string{"01", "11", "12", "13", "20", "sheep", "cows", "herder", "1"}).Draw(t, "code"),
				Name:   rapid.StringMatching(`[甲乙丙丁]{2}`).Draw(t, "name"), Stopped: rapid.Bool().Draw(t, "stopped"),
			}
		}), 0, 12).Draw(t, "entries")
		seen := map[[3]any]bool{}
		entries = slices.DeleteFunc(entries, func(e codes.Entry) bool { // as the table has them: once per owner
			key := [3]any{e.Owner, e.System, e.Code}
			defer func() { seen[key] = true }()
			return seen[key]
		})
		b := codes.Merge(30, chain, entries)
		for _, e := range entries {
			s, known := codes.About(e.System)
			national, isNational := codes.Get(e.System, e.Code)
			got, ok := b.Get(e.System, e.Code)
			switch at := slices.Index(chain, e.Owner); {
			case isNational:
				if !ok || got.Local || got.Name != national.Name {
					t.Fatalf("%+v hides a national code: %+v", e, got)
				}
			case !known || !s.Extend.Allows(e.Code):
				if ok {
					t.Fatalf("%+v is in the book", e)
				}
			case at >= 0:
				if !ok || !got.Local || slices.Index(chain, got.Owner) > at {
					t.Fatalf("%+v counts less than %+v", e, got)
				}
				if got.Owner == e.Owner && (got.Name != e.Name || got.Stopped != e.Stopped) {
					t.Fatalf("%+v became %+v", e, got)
				}
			}
			if ok && slices.Contains([]tenancy.ID{31, 40}, got.Owner) {
				t.Fatalf("%+v of elsewhere counts here", got)
			}
		}
		again := slices.Clone(entries)
		slices.Reverse(again)
		for _, id := range []string{codes.ItemType, codes.Group} {
			if !slices.EqualFunc(b.List(id), codes.Merge(30, chain, again).List(id), func(x, y codes.Code) bool { return x.Code == y.Code && x.Name == y.Name && x.Owner == y.Owner }) {
				t.Fatal("the order of the rows matters")
			}
			if n := len(codes.List(id)); !slices.EqualFunc(b.List(id)[:n], codes.List(id), func(x, y codes.Code) bool { return x.Code == y.Code }) {
				t.Fatal("national codes do not stand first")
			}
		}
	})
}

func TestWordsOfBelowAreReadable(t *testing.T) {
	t.Parallel()
	b := codes.Merge(10, []tenancy.ID{0, 10}, []codes.Entry{
		{Owner: 20, System: codes.Group, Code: "sheep", Name: "养羊户"},
		{Owner: 30, System: codes.Group, Code: "camel", Name: "养驼户"},
		{Owner: 40, System: codes.Group, Code: "camel", Name: "驼倌"},
	})
	if got := b.Name(codes.Group, "sheep"); got != "养羊户" {
		t.Errorf("sheep is %q", got)
	}
	if got := b.Name(codes.Group, "camel"); got != "camel" {
		t.Errorf("camel is %q although nobody agrees", got)
	}
	if _, ok := b.Find(codes.Group, "养羊户"); ok {
		t.Error("a code of below can be used above")
	}
	if codes.From(t.Context()).Name(codes.Group, "herder") != "农牧民" || codes.From(codes.With(t.Context(), b)) != b {
		t.Error("a context without a book is not national")
	}
}
