package finder

import "slices"

// chain is the shards that are searched together, nearest last.
type chain struct {
	shards  []*Shard
	first   []int // number of the first item of every shard
	size    int
	longest int
}

func chainOf(shards []*Shard) (c chain) {
	c.shards = shards
	for _, s := range shards {
		c.first = append(c.first, c.size)
		c.size += len(s.docs)
		c.longest = max(c.longest, s.longest)
	}
	return c
}

func (c chain) knows(w string) bool {
	return slices.ContainsFunc(c.shards, func(s *Shard) bool { return s.vocab[w] || len(s.means[w]) > 0 })
}

// means are what w stands for by the lists of synonyms.
func (c chain) means(w string) (out []string) {
	for _, s := range c.shards {
		out = append(out, s.means[w]...)
	}
	return out
}

// fit is how well one word fits one item, and where.
type fit struct {
	value float32
	shard int16
	from  int16 // in the name, in runes; -1 when it is elsewhere
	to    int16
	by    int32 // phrase; -1 when it is in none
}

// fits are the fits of one word to all items of a chain.
type fits []fit

// better notes g when it fits better. Where a word stands in the name is kept even
// when a keyword fits better: that is what can be highlighted.
func (f fits) better(i int, g fit) {
	old := f[i]
	named, already := g.value > 0 && g.from >= 0, old.value > 0 && old.from >= 0
	if g.value > old.value {
		f[i] = g
		if already && !named {
			f[i].from, f[i].to = old.from, old.to
		}
	} else if named && !already {
		f[i].from, f[i].to = g.from, g.to
	}
}

// merge takes over what fits better in g, at factor.
func (f fits) merge(g fits, factor float32) {
	for i, x := range g {
		x.value *= factor
		f.better(i, x)
	}
}

func (f fits) best() (v float32) {
	for _, x := range f {
		v = max(v, x.value)
	}
	return v
}

func (f fits) count() (n int) {
	for _, x := range f {
		if x.value > 0 {
			n++
		}
	}
	return n
}
