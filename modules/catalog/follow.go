package catalog

import (
	"context"

	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy/db"
)

// Vector names the state of everything that the tenant in scope offers: it is
// another after every publication, withdrawal and change of a field, at the tenant
// or above it, from the commit on. It costs one short read.
func (s *Service) Vector(ctx context.Context) (vector string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		marks, err := store{tx}.marks(ctx)
		vector = vectorOf(marks)
		return err
	})
	return vector, err
}

// Follow (下一步) is an item that people go on to after another, and why.
type Follow struct {
	Hint
	Why  string // FollowsResult or FollowsEvent
	What string // the paper, or the code of the life event
}

// Why an item follows another.
const (
	FollowsResult = "result" // what the one results in is a material of the other
	FollowsEvent  = "event"  // both belong to one event of life (生命周期事件)
)

// Next returns up to n items that people go on to after one.
func (s *Service) Next(ctx context.Context, itemID string, n int) (out []Follow, err error) {
	why := map[string]finder.Step{}
	hints, err := s.hint(ctx, n, func(c sought) (ms []finder.Match) {
		for _, st := range finder.Next(c.shards, itemID, min(n, maxHints)) {
			why[st.Doc.ID] = st
			ms = append(ms, finder.Match{Doc: st.Doc})
		}
		return ms
	})
	for _, h := range hints {
		f := Follow{Hint: h, Why: FollowsEvent, What: why[h.ID].Event}
		if p := why[h.ID].Paper; p != "" {
			f.Why, f.What = FollowsResult, p
		}
		out = append(out, f)
	}
	return out, err
}
