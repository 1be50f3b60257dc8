package tree

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"

	"liandong/tenancy"
)

const exportBatch = 5_000

// Export writes the open tenants of a subtree as Import reads them, parents
// first, as one state of the tree. Whoever offers the download asks policy
// (tenants:export); the tree itself is public.
func (s *Service) Export(ctx context.Context, id tenancy.ID, out io.Writer) error {
	c := csv.NewWriter(out)
	if err := c.Write(header()); err != nil {
		return fmt.Errorf("export tenants: %w", err)
	}
	err := s.read(ctx, func(ctx context.Context, r Reader) error {
		if _, err := r.tx.ExecContext(ctx, `set transaction isolation level repeatable read`); err != nil {
			return fmt.Errorf("export tenants: %w", err)
		}
		chain, err := r.Ancestors(ctx, id)
		if err != nil {
			return err
		}
		codes := map[tenancy.ID]string{}
		for _, n := range chain {
			codes[n.ID] = n.Code
		}
		return r.export(ctx, chain[len(chain)-1], codes, c)
	})
	if err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

// export writes batch after batch; codes knows every parent by the time it is needed.
func (r Reader) export(ctx context.Context, root Node, codes map[tenancy.ID]string, c *csv.Writer) error {
	last := root.ID - 1
	for {
		nodes, err := r.after(ctx, root.Interval(), last, exportBatch)
		if err != nil || len(nodes) == 0 {
			return err
		}
		for _, n := range nodes {
			last, codes[n.ID] = n.ID, n.Code
			if n.ID == tenancy.Platform {
				continue
			}
			if err := c.Write([]string{n.Code, n.Level, n.Name, codes[n.Parent]}); err != nil {
				return fmt.Errorf("export tenants: %w", err)
			}
		}
	}
}
