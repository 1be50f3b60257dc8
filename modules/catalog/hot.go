package catalog

import (
	"context"
	"slices"
	"time"

	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// placeHeat is how often items were used at one place lately, by item.
type placeHeat struct {
	uses   map[string]int
	heated time.Time
}

const (
	maxPlaces = 20_000 // whose uses are kept
	fewUses   = 10     // a place with fewer says nothing about what people do there
)

// addPlaces adds the uses at the places of the chain, read anew when older than coolAt.
func (f *found) addPlaces(ctx context.Context, tx *db.Tx, c *sought) error {
	var cold []tenancy.ID
	f.mu.Lock()
	for _, t := range c.chain {
		if p, ok := f.places[t]; !ok || tx.Now.Sub(p.heated) >= coolAt {
			cold = append(cold, t)
		}
	}
	f.mu.Unlock()
	var fresh map[tenancy.ID]map[string]int
	if len(cold) > 0 {
		var err error
		if fresh, err = (store{tx}).heatAt(ctx, cold, tx.Now.AddDate(0, 0, -lately)); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.places == nil || len(f.places)+len(cold) > maxPlaces {
		f.places = map[tenancy.ID]placeHeat{}
	}
	for t, uses := range fresh {
		f.places[t] = placeHeat{uses, tx.Now}
	}
	c.places = make([]map[string]int, len(c.chain))
	for i, t := range c.chain {
		c.places[i] = f.places[t].uses
	}
	return nil
}

// Hot (大家常办) are up to n items that people open and file most on this site and on
// those below it, and may file here: at level. Where too few came to tell, what people do
// in the places above follows. A level at which nothing may be filed narrows nothing.
func (d Directory) Hot(level string, n int) []Hint {
	n = min(n, maxHints)
	here := Query{Origin: level}.keeps
	if !d.c.any(here) {
		here = nil
	}
	return hints(d.c.hot(n, here), n)
}

// Here are up to n items that may be filed at level, those of Hot first and the others by
// name; empty when there are none. Every level is meant by "".
func (d Directory) Here(level string, n int) (out []Card) {
	here := Query{Origin: level}.keeps
	ms := d.c.hot(n, here)
	left := make([][]int32, len(d.c.shards))
	for k, s := range d.c.shards {
		docs := s.Docs()
		for i := range docs {
			if here(&docs[i]) {
				left[k] = append(left[k], int32(i))
			}
		}
	}
	ms = together(ms, finder.ByName(d.c.shards, left, n+len(ms)), n)
	for _, m := range ms {
		out = append(out, d.c.card(m, d.Book))
	}
	return out
}

// hot are up to n of the items that keep takes, most used first: here, else above.
func (c sought) hot(n int, keep func(*finder.Doc) bool) (out []finder.Match) {
	for _, uses := range slices.Backward(c.places) {
		if len(out) < n && total(uses) >= fewUses {
			out = together(out, finder.Hot(c.shards, finder.Heat{uses}, n, keep), n)
		}
	}
	if len(out) < n {
		out = together(out, finder.Hot(c.shards, c.heat, n, keep), n)
	}
	return out
}

// together adds to some what is not among them yet, up to n.
func together(some, more []finder.Match, n int) []finder.Match {
	for _, m := range more {
		if len(some) < n && !slices.ContainsFunc(some, func(o finder.Match) bool { return o.Doc == m.Doc }) {
			some = append(some, m)
		}
	}
	return some
}

// any reports whether the chain has an item that keep takes.
func (c sought) any(keep func(*finder.Doc) bool) bool {
	return slices.ContainsFunc(c.shards, func(s *finder.Shard) bool {
		docs := s.Docs()
		for i := range docs {
			if keep(&docs[i]) {
				return true
			}
		}
		return false
	})
}

func total(uses map[string]int) (n int) {
	for _, k := range uses {
		n += k
	}
	return n
}
