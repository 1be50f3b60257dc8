package catalog

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"liandong/modules/catalog/internal/finder"
)

// The facets (筛选项) of a directory of items. Audience has the values person and
// legal; Visits 0 (零跑动), 1 (最多跑一次) and 2 for more; Hall 1.
const (
	FacetAudience    = "audience"
	FacetTopicPerson = "topic_person"
	FacetTopicLegal  = "topic_legal"
	FacetLife        = "life"
	FacetGroup       = "group"
	FacetDepartment  = "department"
	FacetKind        = "kind"
	FacetLevel       = "level"
	FacetDepth       = "depth"
	FacetVisits      = "visits"
	FacetHall        = "hall"
	FacetTheme       = "theme" // 1: made of other items (一件事)
)

// hallElement is the one element that a level below may change and that is a facet.
const hallElement = "entry_center"

type facet struct {
	key    string
	values func(*finder.Doc) []string
}

func facets() []facet {
	return []facet{
		{FacetAudience, audiences},
		{FacetTopicPerson, func(d *finder.Doc) []string { return d.Person }},
		{FacetTopicLegal, func(d *finder.Doc) []string { return d.Legal }},
		{FacetLife, func(d *finder.Doc) []string { return d.Life }},
		{FacetGroup, func(d *finder.Doc) []string { return d.Groups }},
		{FacetDepartment, func(d *finder.Doc) []string { return []string{d.Department} }},
		{FacetKind, func(d *finder.Doc) []string { return []string{d.Kind} }},
		{FacetLevel, func(d *finder.Doc) []string { return []string{d.Level} }},
		{FacetDepth, func(d *finder.Doc) []string { return d.Depth }},
		{FacetVisits, func(d *finder.Doc) []string { return []string{[]string{"0", "1", "2"}[min(max(d.Visits, 0), 2)]} }},
		{FacetHall, func(d *finder.Doc) []string {
			if d.Hall {
				return []string{"1"}
			}
			return nil
		}},
		{FacetTheme, func(d *finder.Doc) []string {
			if d.Parts > 0 {
				return []string{"1"}
			}
			return nil
		}},
	}
}

func audiences(d *finder.Doc) (out []string) {
	if slices.Contains(d.Audience, "1") {
		out = append(out, "person")
	}
	if slices.ContainsFunc(d.Audience, func(a string) bool { return a != "1" }) {
		out = append(out, "legal")
	}
	return out
}

// valueTable says which values of a facet the items of one tenant have, as numbers, so
// that thousands of items are counted by adding.
type valueTable struct {
	names []string
	first []int32 // of every item in of, and one past the last
	of    []uint16
}

// tabled makes the tables of all facets.
func tabled(docs []finder.Doc) map[string]valueTable {
	out := map[string]valueTable{}
	for _, f := range facets() {
		t, number := valueTable{first: make([]int32, 1, len(docs)+1)}, map[string]uint16{}
		for i := range docs {
			for _, v := range f.values(&docs[i]) {
				n, known := number[v]
				if !known && len(t.names) < math.MaxUint16 {
					n = uint16(len(t.names)) //nolint:gosec // bounded just now
					number[v], known = n, true
					t.names = append(t.names, v)
				}
				if known {
					t.of = append(t.of, n)
				}
			}
			t.first = append(t.first, int32(len(t.of))) //nolint:gosec // some values each of some thousand items
		}
		out[f.key] = t
	}
	return out
}

// values are the numbers of the values of the i-th item.
func (t valueTable) values(i int) []uint16 { return t.of[t.first[i]:t.first[i+1]] }

// ranked are the values of a facet, the most frequent first.
func ranked(table map[string]int) (out []FacetCount) {
	for v, n := range table {
		if v != "" && n > 0 {
			out = append(out, FacetCount{v, n})
		}
	}
	slices.SortFunc(out, func(a, b FacetCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Value, b.Value))
	})
	return out
}
