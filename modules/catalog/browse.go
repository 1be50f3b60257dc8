package catalog

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"liandong/modules/catalog/codes"
	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy"
)

// Browse (目录) is what a visitor chose of a directory.
type Browse struct {
	Page, Size int // from 1; size is bounded to 100
	Sort       string
	Desc       bool
	Text       string
	Chosen     map[string]string // by facet
}

// FacetCount says how many items a value of a facet would leave, beside what is
// chosen of the other facets.
type FacetCount struct {
	Value string
	N     int
}

// Card is an item in the directory: who wants more of it reads its guide.
type Card struct {
	ID, State string
	Brief     Body // its name, kind, level, department, origins, promise, visits, ways and marks; materials by name alone, fees and parts only in number
	Parts     []Part
	By        string // the keyword that fitted, when the name did not
}

// Directory (事项目录) is one page of what a place offers.
type Directory struct {
	Page[Card]

	Counts map[string][]FacetCount // by facet, the most frequent value first
	Book   *codes.Book             // of the place

	c sought
}

// Browse lists the items that may be applied for at the tenant in scope, by name
// unless a text asks for relevance, and counts every value of every facet. All of it
// is in memory but the marks that say whether it is still true, so that it costs a
// millisecond or two for the items of a whole country; what a level below changes
// of an item counts.
func (s *Service) Browse(ctx context.Context, b Browse) (d Directory, err error) {
	if d.c, err = s.seek(ctx, s.found.addPlaces); err != nil {
		return d, err
	}
	n := newCounting(d.c, b.Chosen)
	limit, offset := Query{Page: b.Page, Size: b.Size}.bounds()
	var ms []finder.Match
	if len(normalText(b.Text)) > 0 {
		ms = n.some(finder.Search(d.c.shards, b.Text, d.c.heat, nil))
		d.Total = len(ms)
	} else {
		left := n.all(d.c)
		for _, l := range left {
			d.Total += len(l)
		}
		ms = b.ordered(d.c, left, int(offset+limit))
	}
	d.Counts, d.Book = n.result(), s.found.book(d.c)
	for _, m := range ms[min(int(offset), len(ms)):min(int(offset+limit), len(ms))] {
		d.Rows = append(d.Rows, d.c.card(m, d.Book))
	}
	return d, nil
}

// ordered are the items that are left in the order that was asked for, at least the first most.
func (b Browse) ordered(c sought, left [][]int32, most int) []finder.Match {
	var by func(x, y finder.Match) int
	switch b.Sort {
	case "days":
		by = func(x, y finder.Match) int { return cmp.Compare(x.Doc.Days, y.Doc.Days) }
	case "hot":
		by = func(x, y finder.Match) int { return cmp.Compare(c.heat.Of(y.Doc.ID), c.heat.Of(x.Doc.ID)) }
	case "kind":
		by = func(x, y finder.Match) int { return strings.Compare(x.Doc.Kind, y.Doc.Kind) }
	}
	if by == nil && !b.Desc {
		return finder.ByName(c.shards, left, most)
	}
	ms := finder.ByName(c.shards, left, math.MaxInt)
	if by != nil {
		slices.SortStableFunc(ms, by)
	}
	if b.Desc {
		slices.Reverse(ms)
	}
	return ms
}

// card is what the directory says of an item, with what the levels of the chain
// change of it.
func (c sought) card(m finder.Match, book *codes.Book) Card {
	d := m.Doc
	b := Body{
		Name: d.Name, Kind: d.Kind, Level: d.Level, Department: d.Department, Origins: d.Origins, Audience: d.Audience,
		PromisedDays: d.Days, ProjectType: d.Project, OnsiteTimes: d.Visits, Fees: make([]Fee, d.Fees), Parts: make([]ThemePart, d.Parts), book: book,
	}
	b.HandleArea, b.Terminal = d.Area, d.Terminal
	for _, name := range d.Materials {
		b.Materials = append(b.Materials, Material{Name: name})
	}
	var changes []Override
	for _, x := range c.of {
		if x == nil {
			continue
		}
		if o, ok := x.changes[d.ID]; ok {
			changes = append(changes, o)
		}
	}
	if len(changes) > 0 {
		b, _ = fold(b, 0, changes)
	}
	return Card{ID: d.ID, State: d.State, Brief: b, Parts: pieces(d.Name, m.Marks), By: m.By}
}

// book is the book of the place of c.
func (f *found) book(c sought) *codes.Book {
	var entries []codes.Entry
	for _, x := range c.of {
		if x != nil {
			entries = append(entries, x.entries...)
		}
	}
	if len(entries) == 0 {
		return codes.Merge(c.at, nil, nil)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if k, ok := f.books[c.at]; ok && k.vector == c.vector {
		return k.book
	}
	if f.books == nil || len(f.books) >= maxBooks {
		f.books = map[tenancy.ID]keptBook{}
	}
	b := codes.Merge(c.at, c.chain, entries)
	f.books[c.at] = keptBook{c.vector, b}
	return b
}
