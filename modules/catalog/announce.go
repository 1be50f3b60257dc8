package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// Announcement (事项公告) tells everybody what became of an item, in the words of
// the tenant that owns it. It is derived from what happened: nothing is copied down
// the tree.
type Announcement struct {
	ItemID string
	Name   string
	Key    string // of the template: TellPublished …
	Text   string
	Owner  string // what the tenant is called
	At     time.Time
}

type announced struct {
	TenantID   tenancy.ID
	ItemID     string
	Name       string
	Department string
	What       string
	Act        string
	Reason     string
	At         time.Time
	Kin        string // names of what followed it, or of what it came of
	Total      int
}

// maxAnnounced bounds one page.
const maxAnnounced = 100

// Announcements lists what became of the items that the tenant in scope offers,
// the newest first, and how many there are.
func (s *Service) Announcements(ctx context.Context, page, size int) (out []Announcement, total int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		rows, err := st.announced(ctx, min(max(size, 1), maxAnnounced), max(page, 1))
		if err != nil || len(rows) == 0 {
			return err
		}
		templates, err := st.templates(ctx)
		if err != nil {
			return err
		}
		names, err := tree.In(tx).Names(ctx, tx.Scope.Ancestors)
		if err != nil {
			return err
		}
		out, total = nil, rows[0].Total
		for _, r := range rows {
			a := Announcement{ItemID: r.ItemID, Name: r.Name, Key: r.key(), Owner: names[r.TenantID], At: r.At}
			i := slices.IndexFunc(standards(), func(t Template) bool { return t.Key == a.Key })
			a.Text = standards()[i].over(templates, r.TenantID, tx.Scope.Ancestors).Fill(map[string]string{
				"item": r.Name, "department": r.Department, "reason": r.Reason, "tenant": a.Owner, "day": s.day(r.At), "to": r.Kin, "from": r.Kin,
			})
			out = append(out, a)
		}
		return nil
	})
	return out, total, err
}

// key is the template that tells of a change.
func (r announced) key() string {
	switch r.What {
	case ChangedSuspended:
		return TellSuspended
	case ChangedResumed:
		return TellResumed
	case ChangedWithdrawn:
		if r.Act == ActSplit {
			return TellSplit
		}
		return TellCancelled
	}
	switch r.Act {
	case ActCreate:
		return TellPublished
	case ActMerge:
		return TellMerged
	}
	return TellChanged
}

// announced are the changes that people are told of: not those below the owner,
// and not the ends that a merger tells of itself.
func (s store) announced(ctx context.Context, size, page int) (rows []announced, err error) {
	err = s.tx.NewRaw(`select c.tenant_id, c.item_id, coalesce(v.body->>'name', i.name) as name, coalesce(v.body->>'department', '') as department,
			c.what, coalesce(v.act, '') as act, coalesce(v.reason, '') as reason, c.at, count(*) over () as total,
			coalesce((select string_agg(? || k.name || ?, '' order by k.name) from item_lineage l join items k on k.tenant_id = l.tenant_id and k.id = case when l.from_id = c.item_id then l.to_id else l.from_id end
				where c.item_id in (l.from_id, l.to_id) and l.act = v.act), '') as kin
		from item_changes c join items i on i.tenant_id = c.tenant_id and i.id = c.item_id and i.list = 'implementing'
		left join item_versions v on v.tenant_id = c.tenant_id and v.id = c.version_id
		where c.tenant_id in (?) and c.what in (?)
			and not (c.what = ? and exists (select from item_lineage l where l.from_id = c.item_id and l.act = 'merge'))
		order by c.at desc, c.tenant_id, c.n desc limit ? offset ?`,
		"\u201c", "\u201d", list(s.tx.Scope.Ancestors), list([]string{ChangedPublished, ChangedWithdrawn, ChangedSuspended, ChangedResumed}), ChangedWithdrawn, size, (page-1)*size).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("announcements of items: %w", err)
	}
	return rows, nil
}
