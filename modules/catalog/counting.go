package catalog

import (
	"slices"

	"liandong/modules/catalog/internal/finder"
)

// counting goes over the items of a chain, keeps what fits everything that was
// chosen, and counts the values of every facet beside what is chosen of the others.
type counting struct {
	facets []facet
	parts  []part // of the shards
}

// part is the share of one tenant.
type part struct {
	tables []valueTable
	want   []int        // number of the chosen value by facet
	counts [][]int      // by facet and value
	hall   map[int]bool // what levels below changed of the facet of halls, by item
	halls  int          // counted among hall
}

// What is chosen of a facet besides a value that the tenant's items have.
const (
	anything = -1
	unknown  = -2
)

func newCounting(c sought, chosen map[string]string) counting {
	n := counting{facets: facets(), parts: make([]part, len(c.of))}
	hall := c.hall()
	for k, x := range c.of {
		if x == nil {
			continue
		}
		p := &n.parts[k]
		for _, f := range n.facets {
			t, want := x.tables[f.key], anything
			if v := chosen[f.key]; v != "" {
				if want = slices.Index(t.names, v); want < 0 {
					want = unknown
				}
			}
			p.tables, p.want, p.counts = append(p.tables, t), append(p.want, want), append(p.counts, make([]int, len(t.names)))
		}
		if len(hall) == 0 {
			continue
		}
		p.hall = map[int]bool{}
		for i, d := range x.shard.Docs() {
			if on, changed := hall[d.ID]; changed {
				p.hall[i] = on
			}
		}
	}
	if chosen[FacetHall] != "" && len(hall) > 0 {
		n.wantHall(chosen[FacetHall])
	}
	return n
}

// wantHall lets the changed items of a tenant be asked for where no other stands in a hall.
func (n counting) wantHall(value string) {
	at := n.hallAt()
	for k := range n.parts {
		if p := &n.parts[k]; p.want != nil && value == "1" && p.want[at] == unknown {
			p.want[at] = 0
		}
	}
}

func (n counting) hallAt() int {
	return slices.IndexFunc(n.facets, func(f facet) bool { return f.key == FacetHall })
}

// hall is what the levels of the chain change of the facet of halls, by item.
func (c sought) hall() map[string]bool {
	var out map[string]bool
	for _, x := range c.of {
		if x == nil {
			continue
		}
		for id, o := range x.changes {
			v, ok := o.Fields.Values[hallElement]
			if !ok {
				continue
			}
			var b Body
			if b.SetElement(hallElement, v) == nil { // what cannot be read stays as it was above
				if out == nil {
					out = map[string]bool{}
				}
				out[id] = b.EntryCentre
			}
		}
	}
	return out
}

// take counts one item and reports whether it fits everything. What fails one
// facet alone counts for the values of that facet.
func (n counting) take(k, i int) bool {
	p := &n.parts[k]
	failed := anything
	for f, want := range p.want {
		if want == anything || p.has(n.facets[f].key, f, i, want) {
			continue
		}
		if failed != anything {
			return false
		}
		failed = f
	}
	if failed != anything {
		p.count(n.facets[failed].key, failed, i)
		return false
	}
	for f := range n.facets {
		p.count(n.facets[f].key, f, i)
	}
	return true
}

func (p *part) has(key string, f, i, want int) bool {
	if on, changed := p.hall[i]; changed && key == FacetHall {
		return on && want >= 0
	}
	for _, v := range p.tables[f].values(i) {
		if int(v) == want {
			return true
		}
	}
	return false
}

func (p *part) count(key string, f, i int) {
	if key == FacetHall && len(p.hall) > 0 {
		if on, changed := p.hall[i]; changed {
			if on {
				p.halls++
			}
			return
		}
	}
	counts := p.counts[f]
	for _, v := range p.tables[f].values(i) {
		counts[v]++
	}
}

// all takes every item of the chain and returns the places of those that fit.
func (n counting) all(c sought) [][]int32 {
	left := make([][]int32, len(c.of))
	for k, x := range c.of {
		if x == nil {
			continue
		}
		for i := range x.shard.Docs() {
			if n.take(k, i) {
				left[k] = append(left[k], int32(i))
			}
		}
	}
	return left
}

// some takes what was found, and keeps what fits.
func (n counting) some(ms []finder.Match) []finder.Match {
	return slices.DeleteFunc(ms, func(m finder.Match) bool { return !n.take(m.In, m.At) })
}

// result is how often each value was met.
func (n counting) result() map[string][]FacetCount {
	out := map[string][]FacetCount{}
	for f, facet := range n.facets {
		table := map[string]int{}
		for _, p := range n.parts {
			if p.tables == nil {
				continue
			}
			for v, times := range p.counts[f] {
				table[p.tables[f].names[v]] += times
			}
			if facet.key == FacetHall {
				table["1"] += p.halls
			}
		}
		out[facet.key] = ranked(table)
	}
	return out
}
