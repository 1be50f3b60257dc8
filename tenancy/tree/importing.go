package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Rows per statement: large enough that round trips do not count.
const (
	lookupBatch = 5_000
	insertBatch = 2_000
)

// Imported says what a file changed.
type Imported struct {
	Added     int
	Unchanged int // lines that stood in the tree already, exactly so
}

// Import adds the tenants of a CSV file (code12,level,name,parent12) in one
// transaction, all or nothing. The parent of the first line may be unknown (it
// becomes a root); every other parent stands in the file or in the tree. A line
// without a code, or with "zone" there, gets a free place inside its parent.
// What is wrong comes back as an Invalid fault whose cause is LineErrors.
func (s *Service) Import(ctx context.Context, r io.Reader, reason string) (Imported, error) {
	return s.bring(ctx, r, reason, nil)
}

// errTried ends the transaction of a trial.
var errTried = errors.New("tree: only tried")

// Try says what Import would do with a file, and leaves the tree as it is.
func (s *Service) Try(ctx context.Context, r io.Reader) (Imported, error) {
	done, err := s.bring(ctx, r, "", errTried)
	if errors.Is(err, errTried) {
		return done, nil
	}
	return done, err
}

// bring imports; then, where a trial is over, it fails with that.
func (s *Service) bring(ctx context.Context, r io.Reader, reason string, trial error) (done Imported, err error) {
	lines, errs := parse(r)
	if len(errs) > 0 && lines == nil {
		return done, errs.fault()
	}
	err = s.change(ctx, func(ctx context.Context, w writer) error {
		old, err := w.named(ctx, lines)
		if err != nil {
			return err
		}
		p := newPlan(lines, old)
		p.errs = append(slices.Clone(errs), p.errs...)
		if err := p.errs.fault(); err != nil {
			return err
		}
		if done, err = w.carryOut(ctx, p, strings.TrimSpace(reason)); err != nil {
			return err
		}
		return trial
	})
	return done, err
}

// named fetches the open tenants whose codes the lines mention.
func (w writer) named(ctx context.Context, lines []line) (map[string]Node, error) {
	codes := map[string]bool{}
	for _, l := range lines {
		codes[l.code], codes[l.parent] = true, true
	}
	delete(codes, "")
	old := map[string]Node{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(codes)), lookupBatch) {
		nodes, err := w.list(ctx, `select `+columns+` from tenants t where t.state = 'open' and t.code in (?)`, bun.List(some))
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			old[n.Code] = n
		}
	}
	return old, nil
}

func (w writer) carryOut(ctx context.Context, p *plan, reason string) (done Imported, err error) {
	for _, root := range p.roots {
		if err := w.plantRoot(ctx, root, reason); err != nil {
			return done, err
		}
		p.spread(root)
	}
	if err := p.errs.fault(); err != nil {
		return done, err
	}
	done.Added = len(p.roots)
	fresh := make([]Node, 0, len(p.all))
	for _, e := range p.all {
		switch {
		case e.known:
			done.Unchanged++
		case e.above != nil && !e.above.known:
			fresh = append(fresh, e.node)
		}
	}
	slices.SortFunc(fresh, func(a, b Node) int { return int(a.ID - b.ID) }) // parents first
	done.Added += len(fresh)
	if err := w.insertAll(ctx, fresh); err != nil {
		return done, err
	}
	w.tx.Record(db.Audit{
		Action: "tenants:manage", Kind: "tenant", Object: w.actor.Tenant.String(),
		Detail: map[string]any{"change": "imported", "added": done.Added, "unchanged": done.Unchanged, "reason": reason, "by": w.actor.Actor.Kind},
	})
	return done, nil
}

// plantRoot places and inserts one tenant that hangs on what stood before.
func (w writer) plantRoot(ctx context.Context, e *planned, reason string) error {
	parent, err := w.open(ctx, e.node.Parent)
	if err != nil {
		return err
	}
	block, err := w.place(ctx, e.line.code, e.node.size(), parent.Interval())
	if err != nil {
		return err
	}
	e.settleAt(block, parent.ID)
	if err := w.may(e.node); err != nil {
		return err
	}
	if err := w.insert(ctx, e.node); err != nil {
		return err
	}
	return w.note(ctx, "added", Change{New: e.node}, reason)
}

// row is a tenant as it is inserted in bulk.
type row struct {
	bun.BaseModel `bun:"table:tenants"`
	TenantID      tenancy.ID
	Hi            tenancy.ID
	ParentID      tenancy.ID
	Level         string
	Code          string
	Name          string
	CreatedAt     time.Time
}

// insertAll inserts new tenants, parents first, and keeps their labels.
func (w writer) insertAll(ctx context.Context, nodes []Node) error {
	for some := range slices.Chunk(nodes, insertBatch) {
		rows := make([]row, len(some))
		for i, n := range some {
			rows[i] = row{TenantID: n.ID, Hi: n.Hi, ParentID: n.Parent, Level: n.Level, Code: n.Code, Name: n.Name, CreatedAt: w.tx.Now}
		}
		if _, err := w.tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("insert tenants: %w", taken(err))
		}
		if err := w.keep(ctx, tenancy.Interval{Lo: some[0].ID, Hi: some[len(some)-1].ID}); err != nil {
			return err
		}
	}
	return nil
}
