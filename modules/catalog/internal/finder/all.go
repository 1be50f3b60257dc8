package finder

import "strings"

// Docs are the items of a shard, in the order in which Build was given them.
func (s *Shard) Docs() []Doc { return s.docs }

// ByName are the first most of the items that are left of every shard, by name.
// Build keeps a shard's items in the order in which they came, which must be that of
// their names; left has the places of items in that order.
func ByName(shards []*Shard, left [][]int32, most int) []Match {
	size := 0
	for _, l := range left {
		size += len(l)
	}
	size = min(size, most)
	out, at := make([]Match, 0, size), make([]int, len(shards))
	for len(out) < size {
		best := -1
		var first *Doc
		for k, s := range shards {
			if at[k] == len(left[k]) {
				continue
			}
			if d := &s.docs[left[k][at[k]]]; best < 0 || less(d, first) {
				best, first = k, d
			}
		}
		out = append(out, Match{Doc: first, In: best, At: int(left[best][at[best]])})
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
