package finder

import "strings"

// All are the items of all shards by name. Build keeps a shard's items in the order
// in which they came, which must be that of their names.
func All(shards []*Shard) []Match {
	size := 0
	for _, s := range shards {
		size += len(s.docs)
	}
	out, at := make([]Match, 0, size), make([]int, len(shards))
	for len(out) < size {
		best := -1
		for k, s := range shards {
			if at[k] < len(s.docs) && (best < 0 || less(&s.docs[at[k]], &shards[best].docs[at[best]])) {
				best = k
			}
		}
		out = append(out, Match{Doc: &shards[best].docs[at[best]]})
		at[best]++
	}
	return out
}

func less(a, b *Doc) bool {
	if a.Name != b.Name {
		return strings.Compare(a.Name, b.Name) < 0
	}
	return a.ID < b.ID
}

// Of is how often an item was used.
func (h Heat) Of(id string) int { return h.of(id) }
