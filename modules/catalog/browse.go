package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy/db"
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

// Browse lists the items that may be applied for at the tenant in scope, by name
// unless a text asks for relevance, and counts every value of every facet, the most
// frequent first. It reads the index in memory, so that it costs some milliseconds
// for the items of a whole country; what a level below changes of an item counts.
func (s *Service) Browse(ctx context.Context, b Browse) (p Page[Hit], counts map[string][]FacetCount, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.found.chain(ctx, tx)
		if err != nil {
			return err
		}
		st := store{tx}
		changed, err := st.facetChanges(ctx)
		if err != nil {
			return err
		}
		ms, n := b.count(b.candidates(c), changed)
		counts = n
		p, err = st.hits(ctx, ms, Query{Page: b.Page, Size: b.Size})
		return err
	})
	return p, counts, err
}

func (b Browse) candidates(c sought) []finder.Match {
	if len(normalText(b.Text)) > 0 {
		return finder.Search(c.shards, b.Text, c.heat, nil)
	}
	ms := finder.All(c.shards)
	var by func(x, y finder.Match) int
	switch b.Sort {
	case "days":
		by = func(x, y finder.Match) int { return cmp.Compare(x.Doc.Days, y.Doc.Days) }
	case "hot":
		by = func(x, y finder.Match) int { return cmp.Compare(c.heat.Of(y.Doc.ID), c.heat.Of(x.Doc.ID)) }
	case "kind":
		by = func(x, y finder.Match) int { return strings.Compare(x.Doc.Kind, y.Doc.Kind) }
	}
	if by != nil {
		slices.SortStableFunc(ms, by)
	}
	if b.Desc {
		slices.Reverse(ms)
	}
	return ms
}

// count keeps what fits everything that was chosen. What fails one facet alone
// counts for the values of that facet.
func (b Browse) count(all []finder.Match, changed map[string]finder.Doc) (kept []finder.Match, out map[string][]FacetCount) {
	tables := map[string]map[string]int{}
	for _, f := range facets() {
		tables[f.key] = map[string]int{}
	}
	for _, m := range all {
		d := m.Doc
		if c, ok := changed[d.ID]; ok {
			e := *d
			e.Life, e.Groups, e.Depth, e.Hall = pick(c.Life, d.Life), pick(c.Groups, d.Groups), pick(c.Depth, d.Depth), d.Hall || c.Hall
			d = &e
		}
		failed, fails := "", 0
		for _, f := range facets() {
			if want := b.Chosen[f.key]; want != "" && !slices.Contains(f.values(d), want) {
				failed = f.key
				fails++
			}
		}
		if fails == 0 {
			kept = append(kept, m)
		}
		for _, f := range facets() {
			if fails == 0 || fails == 1 && failed == f.key {
				for _, v := range f.values(d) {
					tables[f.key][v]++
				}
			}
		}
	}
	out = map[string][]FacetCount{}
	for key, table := range tables {
		out[key] = ranked(table)
	}
	return kept, out
}

func pick(changed, was []string) []string {
	if changed != nil {
		return changed
	}
	return was
}

func ranked(table map[string]int) (out []FacetCount) {
	for v, n := range table {
		if v != "" {
			out = append(out, FacetCount{v, n})
		}
	}
	slices.SortFunc(out, func(a, b FacetCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Value, b.Value))
	})
	return out
}

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

// facetChanges is what the levels of the scope's chain change of facets, by item.
func (s store) facetChanges(ctx context.Context) (map[string]finder.Doc, error) {
	var rows []Override
	err := s.tx.NewSelect().Model(&rows).Where("tenant_id IN (?)", list(s.tx.Scope.Ancestors)).
		Where("jsonb_exists_any(fields->'values', array['life_events', 'groups', 'online_depth', 'entry_center'])").Order("tenant_id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	bodies := map[string]*Body{}
	for _, o := range rows {
		b := bodies[o.ItemID]
		if b == nil {
			b = &Body{}
			bodies[o.ItemID] = b
		}
		for _, key := range []string{"life_events", "groups", "online_depth", "entry_center"} {
			if v, ok := o.Fields.Values[key]; ok {
				_ = b.SetElement(key, v) // what cannot be read stays as it was above
			}
		}
	}
	out := map[string]finder.Doc{}
	for id, b := range bodies {
		out[id] = finder.Doc{Life: b.LifeEvents, Groups: b.Groups, Depth: b.OnlineDepth, Hall: b.EntryCentre}
	}
	return out, nil
}
