package datasets

import (
	"context"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// The rights that a partner may have.
const (
	Masked = "masked" // what is about people is masked
	Full   = "full"
)

// Reader is who follows the feed.
type Reader struct {
	Partner string           // id; "" for nobody
	Right   string           // Masked, Full or none
	Over    tenancy.Interval // the tenants that her key is good for
}

// Change is one change of a row, as the feed tells it.
type Change struct {
	Op     string
	At     time.Time
	CaseNo string
	Values map[string]string // all fields of the table that are filled
	Found  []Finding
}

// FeedPage is one page of a feed.
type FeedPage struct {
	Changes []Change
	Next    string // cursor of what follows: never empty
	More    bool   // there is more already
}

// maxFeed bounds one page.
const maxFeed = 500

// Feed lists the changes of the rows of one table in the subtree of the tenant in
// scope, from the beginning or after a cursor that an earlier page gave. Promised:
// whoever follows cursor after cursor is told every change once, in the order in
// which they were stored, whatever transactions commit meanwhile. Every page that is
// read is in the audit.
//
// The scope is that of a job in the tenant that is read. It returns NotFound for a
// table that there is not, Forbidden for who has no right to cases there, and Invalid on
// field cursor for one that was not given out for this table and tenant
// (feed_cursor_wrong) or that the present does not follow from (feed_cursor_restart).
func (s *Service) Feed(ctx context.Context, who Reader, table, after string, limit int) (p FeedPage, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		t, ok := TableOf(table)
		if !ok {
			return fault.New(fault.NotFound, "dataset_no_table")
		}
		if err := s.authz.Allow(ctx, policies.DatasetsFeed, policies.Resource{"tenant": sc.Tenant, "right": who.Right, "over_lo": who.Over.Lo, "over_hi": who.Over.Hi}); err != nil {
			return err
		}
		st := store{tx}
		at, err := st.position(ctx, table, after)
		if err != nil {
			return err
		}
		rows, more, err := st.after(ctx, at, min(max(limit, 1), maxFeed))
		if err != nil {
			return err
		}
		p = FeedPage{More: more, Changes: make([]Change, 0, len(rows))}
		for i := range rows {
			c, err := s.told(t, &rows[i], who.Right)
			if err != nil {
				return err
			}
			p.Changes, at.n = append(p.Changes, c), rows[i].N
		}
		p.Next = at.String()
		tx.Record(db.Audit{Action: string(policies.DatasetsFeed), Kind: "partner", Object: who.Partner, Detail: map[string]any{"table": table, "rows": len(rows), "to": at.n, "personal": who.Right == Full}})
		return nil
	})
	return p, err
}

// told is a stored change with what the exchange adds to a row.
func (s *Service) told(t Table, r *Record, right string) (c Change, err error) {
	v, err := s.unpack(r)
	if err != nil {
		return c, err
	}
	if right != Full {
		Mask(t, v)
	}
	v["row_guid"], v["cd_operation"], v["cd_time"] = r.RowGUID, r.Op, moment(r.At)
	v["cd_batch"], v["data_source"] = r.At.In(calendar.Zone()).Format("20060102"), fmt.Sprintf("%015d", int64(r.TenantID))[:2]
	return Change{Op: r.Op, At: r.At, CaseNo: v["project_no"], Values: v, Found: r.Findings}, nil
}

// position is where a reader stands: at the beginning without a cursor.
func (s store) position(ctx context.Context, table, after string) (c cursor, err error) {
	sc := s.tx.Scope
	if len(sc.Ancestors) < 2 {
		return c, fault.New(fault.Precondition, "dataset_below_platform")
	}
	now := cursor{table: table, tenant: sc.Tenant, root: sc.Ancestors[1]}
	if after == "" {
		return now, nil
	}
	if c, err = readCursor(after); err != nil {
		return c, err
	}
	if c.table != now.table || c.tenant != now.tenant {
		return c, fault.InvalidField("cursor", "feed_cursor_wrong")
	}
	var last []int64
	if err := s.tx.NewRaw(`select max(n) from case_records where root_tenant = ? and kind = ? and tenant_id between ? and ? having count(*) > 0`,
		now.root, table, sc.Over.Lo, sc.Over.Hi).Scan(ctx, &last); err != nil {
		return c, fmt.Errorf("position of a feed: %w", err)
	}
	if c.root != now.root || c.n > 0 && (len(last) == 0 || c.n > last[0]) {
		return c, fault.InvalidField("cursor", "feed_cursor_restart")
	}
	return c, nil
}

// after lists up to limit changes after a position, and whether there are more.
func (s store) after(ctx context.Context, at cursor, limit int) (rows []Record, more bool, err error) {
	over := s.tx.Scope.Over
	err = s.tx.NewSelect().Model(&rows).Where("root_tenant = ?", at.root).Where("kind = ?", at.table).
		Where("tenant_id BETWEEN ? AND ?", over.Lo, over.Hi).Where("n > ?", at.n).Order("n").Limit(int64(limit + 1)).Scan(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("feed of %s: %w", at.table, err)
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}
