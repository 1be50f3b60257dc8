package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// What can happen to an item in the feed. Whoever follows it asks for the item
// after each of them: it is offered or it is not.
const (
	ChangedPublished = "published"     // 发布: in force, or a new version of it
	ChangedBelow     = "changed_below" // 细化: a level below its owner changed fields of it
	ChangedWithdrawn = "withdrawn"     // 撤回: nobody may apply any more
	ChangedSuspended = "suspended"     // 暂停
	ChangedResumed   = "resumed"       // 恢复
)

// FeedChange (变更) says that something happened to an item that a tenant offers.
type FeedChange struct {
	TenantID  tenancy.ID // where it happened: the tenant asked about or one above it
	N         int64      // rises per tenant in the order of commits
	ItemID    string
	VersionID *string // in force from then on, nil when that did not change
	Number    *int    // of that version
	What      string
	At        time.Time
}

// FeedPage is one page of a feed.
type FeedPage struct {
	Changes []FeedChange
	Next    string // cursor of what follows: never empty
	More    bool   // there is more already
}

// maxFeed bounds one page of a feed.
const maxFeed = 500

// Feed lists what happened to the items that the tenant in scope offers, after a
// cursor that an earlier page gave. The empty cursor begins with a snapshot, page
// by page, of what is in force, and goes on with everything that happened since the
// snapshot began. Promised: whoever follows cursor after cursor and asks for every
// item named has exactly the items in force, in the order in which transactions
// of several tenants happen to commit too, since a cursor counts every tenant of the
// chain on its own. A change may be told twice, never missed.
//
// It returns Invalid on field cursor for a cursor that was not given out for this
// tenant (feed_cursor_wrong), and for one that the present does not follow from
// (feed_cursor_restart): the tenant now belongs elsewhere, or the database was
// restored. Then only a new beginning is true.
func (s *Service) Feed(ctx context.Context, cursor string, limit int) (p FeedPage, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.feed(ctx, cursor, min(max(limit, 1), maxFeed))
		return err
	})
	return p, err
}

func (s store) feed(ctx context.Context, cursor string, limit int) (FeedPage, error) {
	now, err := s.position(ctx)
	if err != nil {
		return FeedPage{}, err
	}
	at := now
	at.snapshot = true
	if cursor != "" {
		if at, err = readCursor(cursor); err != nil {
			return FeedPage{}, err
		}
		if err := at.follows(now); err != nil {
			return FeedPage{}, err
		}
	}
	if at.snapshot {
		return s.snapshotPage(ctx, at, limit)
	}
	return s.changesPage(ctx, at, limit)
}

// position is where a feed of the scope's chain stands now.
func (s store) position(ctx context.Context) (c cursor, err error) {
	marks, err := s.marks(ctx)
	if err != nil {
		return c, err
	}
	for _, t := range s.tx.Scope.Ancestors {
		m := mark{TenantID: t}
		if i := slices.IndexFunc(marks, func(m mark) bool { return m.TenantID == t }); i >= 0 {
			m.N = marks[i].N
		}
		c.marks = append(c.marks, m)
	}
	return c, nil
}

// snapshotPage lists items in force after the place that at remembers.
func (s store) snapshotPage(ctx context.Context, at cursor, limit int) (p FeedPage, err error) {
	after := at.item
	if after == "" {
		after = "00000000-0000-0000-0000-000000000000"
	}
	err = s.tx.NewRaw(`select items.tenant_id, items.id as item_id, items.live_id as version_id, v.number, ? as what, v.published_at as at
		from items join item_versions v on v.tenant_id = items.tenant_id and v.id = items.live_id
		where items.tenant_id in (?) and items.state = 'published' and items.list = 'implementing' and (items.tenant_id, items.id) > (?, ?) order by items.tenant_id, items.id limit ?`,
		ChangedPublished, list(s.tx.Scope.Ancestors), at.tenant, after, limit+1).Scan(ctx, &p.Changes)
	if err != nil {
		return p, fmt.Errorf("snapshot of items: %w", err)
	}
	p.More = true
	if len(p.Changes) > limit {
		p.Changes = p.Changes[:limit]
		last := p.Changes[limit-1]
		at.tenant, at.item = last.TenantID, last.ItemID
	} else {
		at.snapshot, at.tenant, at.item = false, 0, ""
		now, err := s.position(ctx)
		if err != nil {
			return p, err
		}
		p.More = !slices.Equal(now.marks, at.marks)
	}
	p.Next = at.String()
	return p, nil
}

// changesPage lists what happened after at, in the order of time as far as clocks
// of servers tell, and per tenant in the order of commits without a gap.
func (s store) changesPage(ctx context.Context, at cursor, limit int) (p FeedPage, err error) {
	labels, ns := make([]tenancy.ID, len(at.marks)), make([]int64, len(at.marks))
	for i, m := range at.marks {
		labels[i], ns[i] = m.TenantID, m.N
	}
	var rows []FeedChange
	err = s.tx.NewRaw(`select c.tenant_id, c.n, c.item_id, c.version_id, c.what, c.at, v.number from unnest(array[?]::bigint[], array[?]::bigint[]) as since (tenant_id, n)
		cross join lateral (select tenant_id, n, item_id, version_id, what, at from item_changes c where c.tenant_id = since.tenant_id and c.n > since.n order by c.n limit ?) c
		left join item_versions v on v.item_id = c.item_id and v.id = c.version_id order by c.tenant_id, c.n`,
		list(labels), list(ns), limit+1).Scan(ctx, &rows)
	if err != nil {
		return p, fmt.Errorf("changes of items: %w", err)
	}
	p.Changes = at.merge(rows, limit)
	p.More, p.Next = len(rows) > len(p.Changes), at.String()
	return p, nil
}

// itemChange is what the owner of a change says about it.
type itemChange struct {
	Item    string
	Version *string
	What    string
}

// changed marks the items of tenant and tells its feed why, in this transaction.
func (s store) changed(ctx context.Context, tenant tenancy.ID, c itemChange) error {
	_, err := s.tx.NewRaw(`with m as (insert into item_marks (tenant_id, n) values (?, 1) on conflict (tenant_id) do update set n = item_marks.n + 1 returning n)
		insert into item_changes (tenant_id, n, item_id, version_id, what, at) select ?, m.n, ?, ?, ?, ? from m`,
		tenant, tenant, c.Item, c.Version, c.What, s.tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("tell change of item %s: %w", c.Item, err)
	}
	return nil
}

func wrongCursor(key string) error { return fault.InvalidField("cursor", key) }
