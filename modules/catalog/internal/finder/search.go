package finder

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Heat says how often items were used lately, by id: one map per tenant.
type Heat []map[string]int

func (h Heat) of(id string) int {
	for _, m := range h {
		if n := m[id]; n > 0 {
			return n
		}
	}
	return 0
}

// What is added to or asked of a score.
const (
	ofHeat    = 0.08 // at most, for the hottest
	ofNear    = 0.01 // for every level nearer
	enough    = 0.2  // below, an item was not meant
	likeFirst = 0.35 // part of the best score that the others must reach
)

// Search finds what text means among the items of shards, which run from the top
// down, best first. keep tells which items may be found at all.
func Search(shards []*Shard, text string, heat Heat, keep func(*Doc) bool) []Match {
	c := chainOf(shards)
	ws := c.words(text)
	if len(ws) == 0 {
		return nil
	}
	all, weights := make([]fits, len(ws)), make([]float64, len(ws))
	total := 0.0
	for i, w := range ws {
		all[i] = c.fit(w)
		weights[i] = w.weight * c.rarity(all[i].count())
		total += weights[i]
	}
	out := c.rank(all, weights, total, keep)
	for i := range out {
		out[i].Score += ofHeat * warm(heat.of(out[i].Doc.ID))
	}
	slices.SortFunc(out, better)
	return likely(out)
}

// better orders the best first; no two items are equal.
func better(a, b Match) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Doc.Name, b.Doc.Name), strings.Compare(a.Doc.ID, b.Doc.ID))
}

// first are the n best, in order; it costs one look at each of the others.
func first(ms []Match, n int) (out []Match) {
	for _, m := range ms {
		if len(out) == n && (n == 0 || better(m, out[n-1]) > 0) {
			continue
		}
		at, _ := slices.BinarySearchFunc(out, m, better)
		out = slices.Insert(out[:min(len(out), n-1)], min(at, n-1), m)
	}
	return out
}

// rarity weighs a word that n items fit: what fits all of them says nothing, what
// fits none at all says little about which are meant.
func (c chain) rarity(n int) float64 {
	if n == 0 {
		return 0.5
	}
	return 0.3 + 0.7*math.Log(1+float64(c.size)/float64(n))/math.Log(1+float64(c.size))
}

// warm brings a count into 0…1: a thousand uses are hot.
func warm(n int) float64 { return min(math.Log1p(float64(n))/math.Log1p(1000), 1) }

func (c chain) rank(all []fits, weights []float64, total float64, keep func(*Doc) bool) (out []Match) {
	for k, s := range c.shards {
		for i := range s.docs {
			n, score := c.first[k]+i, 0.0
			for j, f := range all {
				score += weights[j] * float64(f[n].value)
			}
			if score /= total; score < enough || keep != nil && !keep(&s.docs[i]) {
				continue
			}
			m := c.match(&s.docs[i], all, n, score+ofNear*float64(k))
			m.In, m.At = k, i
			out = append(out, m)
		}
	}
	return out
}

func (c chain) match(d *Doc, all []fits, n int, score float64) Match {
	m := Match{Doc: d, Score: score}
	best := float32(0)
	for _, f := range all {
		switch g := f[n]; {
		case g.value == 0:
		case g.from >= 0:
			m.Marks = append(m.Marks, Span{int(g.from), int(g.to)})
		case g.by >= 0 && g.value > best:
			best, m.By = g.value, c.shards[g.shard].han.at(int(g.by))
		}
	}
	m.Marks = disjoint(m.Marks)
	return m
}

// disjoint sorts spans and joins those that touch.
func disjoint(spans []Span) (out []Span) {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for _, s := range spans {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// likely leaves out what is far behind the best.
func likely(ms []Match) []Match {
	if len(ms) == 0 {
		return ms
	}
	least := ms[0].Score * likeFirst
	n, _ := slices.BinarySearchFunc(ms, least, func(m Match, least float64) int { return cmp.Compare(least, m.Score) })
	return ms[:n]
}

// Related are up to n items that people who look at one might need: alike in
// words, topics and office.
func Related(shards []*Shard, id string, n int, keep func(*Doc) bool) []Match {
	c := chainOf(shards)
	for _, s := range shards {
		for i := range s.docs {
			if s.docs[i].ID == id {
				return c.related(&s.docs[i], n, keep)
			}
		}
	}
	return nil
}

func (c chain) related(d *Doc, n int, keep func(*Doc) bool) (out []Match) {
	values := make([]float64, c.size)
	words := map[string]bool{}
	for _, w := range append(cut(d.Name), d.Keywords...) {
		if len([]rune(w)) > 1 && !stops()[w] {
			words[w] = true
		}
	}
	for w := range words {
		f := c.han(fold(w))
		rare := c.rarity(f.count())
		for i, g := range f {
			values[i] += rare * float64(g.value)
		}
	}
	for k, s := range c.shards {
		for i := range s.docs {
			o := &s.docs[i]
			if o.ID == d.ID || keep != nil && !keep(o) {
				continue
			}
			v := values[c.first[k]+i] + 0.3*shared(o.Person, d.Person) + 0.2*shared(o.Legal, d.Legal)
			if o.Department == d.Department {
				v += 0.2
			}
			if v > 0.3 {
				out = append(out, Match{Doc: o, Score: v})
			}
		}
	}
	return first(out, n)
}

// shared counts what two lists have in common, at most two.
func shared(a, b []string) (n float64) {
	for _, x := range a {
		if slices.Contains(b, x) {
			n++
		}
	}
	return min(n, 2)
}

// Hot are up to n items that were used most; none that nobody used.
func Hot(shards []*Shard, heat Heat, n int, keep func(*Doc) bool) (out []Match) {
	for _, s := range shards {
		for i := range s.docs {
			if d, n := &s.docs[i], heat.of(s.docs[i].ID); n > 0 && (keep == nil || keep(d)) {
				out = append(out, Match{Doc: d, Score: float64(n)})
			}
		}
	}
	return first(out, n)
}
