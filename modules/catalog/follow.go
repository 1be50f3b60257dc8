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

// Beside returns up to so many items that go with one, and that people go on to after it.
func (s *Service) Beside(ctx context.Context, itemID string, related, next int) (with []Hint, after []Follow, err error) {
	c, err := s.seek(ctx)
	if err != nil {
		return nil, nil, err
	}
	with = hints(finder.Related(c.shards, itemID, min(related, maxHints), nil), related)
	for _, st := range finder.Next(c.shards, itemID, min(next, maxHints)) {
		f := Follow{Hint: Hint{ID: st.Doc.ID, Name: st.Doc.Name, Parts: pieces(st.Doc.Name, nil)}, Why: FollowsEvent, What: st.Event}
		if st.Paper != "" {
			f.Why, f.What = FollowsResult, st.Paper
		}
		after = append(after, f)
	}
	return with, after, nil
}
