package finder

import (
	"cmp"
	"slices"
	"strings"
)

// Step is an item that comes after another.
type Step struct {
	Doc   *Doc
	Paper string // a material of Doc that the other one results in; or
	Event string // the event of life that both belong to
}

// minPaper is how long the name of a result must be, in bytes, to say something: 证书
// alone is a material of everything.
const minPaper = 9

// Next are up to n items that people go on to after the one with this id: first
// those that want what it results in, then those of the same event of life.
func Next(shards []*Shard, id string, n int) (out []Step) {
	c := chainOf(shards)
	var d *Doc
	for _, s := range c.shards {
		for i := range s.docs {
			if s.docs[i].ID == id {
				d = &s.docs[i]
			}
		}
	}
	if d == nil {
		return nil
	}
	for _, s := range c.shards {
		for i := range s.docs {
			if st, ok := d.before(&s.docs[i]); ok {
				out = append(out, st)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Doc.Name, b.Doc.Name), strings.Compare(a.Doc.ID, b.Doc.ID))
	})
	return out[:min(n, len(out))]
}

func rank(s Step) int {
	if s.Paper != "" {
		return 0
	}
	return 1
}

// before reports why o comes after d.
func (d *Doc) before(o *Doc) (Step, bool) {
	if o.ID == d.ID {
		return Step{}, false
	}
	if len(d.Result) >= minPaper && o.Result != d.Result {
		for _, m := range o.Materials {
			if strings.Contains(m, d.Result) {
				return Step{Doc: o, Paper: d.Result}, true
			}
		}
	}
	for _, e := range d.Life {
		if slices.Contains(o.Life, e) {
			return Step{Doc: o, Event: e}, true
		}
	}
	return Step{}, false
}
