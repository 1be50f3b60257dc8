package catalog

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Usage knows who is using an item.
type Usage interface {
	// InUse counts the drafts of citizens and the running cases of an item in the
	// subtree of the scope.
	InUse(ctx context.Context, tx *db.Tx, owner tenancy.ID, itemID string) (drafts, running int, err error)
}

// Impact (影响清单) is what putting a version in force would touch.
type Impact struct {
	Refining  []Refining   // tenants that change something of the item (细化), from the top down
	Clashing  int          // of them with a conflict
	Conflicts []Conflict   // of theirs, by tenant
	Papers    []PaperShift // materials that are new, gone or other than before
	Forms     []FormShift  // forms, likewise
	Sites     int          // tenants whose sites take applications for the item
	SitesAt   []LevelCount // the same, by level
	Drafts    int          // of citizens, kept and finished on the version that they began with
	Running   int          // cases (在办件), likewise
	Ends      int          // items that end with it: of a merger, or the one that is split or cancelled
}

// Refining (细化单位) is a tenant that changes something of an item.
type Refining struct {
	TenantID   tenancy.ID
	TenantName string
	Level      string
	Elements   []string // promised_days, materials, or keys of elements
	Conflicts  int      // of its changes with the new version
}

// LevelCount is how many tenants there are of a level.
type LevelCount struct {
	Level string
	N     int
}

// Conflict is one thing that a tenant changes of an item and that would no longer
// stand on the new version as it did on the old one.
type Conflict struct {
	TenantID   tenancy.ID
	TenantName string
	Field      string // promised_days, materials, or the key of an element
	Theirs     string // what the tenant says
	Was, Now   string // what it says above, before and after
}

// Impact says what putting a version in force would touch. It reads only what the
// actor may see, so it is asked by people of the item's own tenant.
func (s *Service) Impact(ctx context.Context, versionID string) (out Impact, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		v, err := st.itemVersion(ctx, versionID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": v.TenantID, "published": false}); err != nil {
			return err
		}
		item, err := st.item(ctx, v.ItemID)
		if err != nil {
			return err
		}
		touched := []Item{item}
		for _, id := range v.Replaces {
			old, err := st.item(ctx, id)
			if err != nil {
				return err
			}
			touched = append(touched, old)
		}
		if out.Ends = len(v.Replaces); v.Act == ActCancel || v.Act == ActSplit {
			out.Ends = 1
		}
		for _, i := range touched {
			if err := s.touch(ctx, tx, i, &v, &out); err != nil {
				return err
			}
		}
		for _, r := range out.Refining {
			if r.Conflicts > 0 {
				out.Clashing++
			}
		}
		out.SitesAt, err = st.sitesOf(ctx, v.TenantID, v.Body.Origins)
		for _, l := range out.SitesAt {
			out.Sites += l.N
		}
		return err
	})
	return out, err
}

// touch adds what is in use of one item.
func (s *Service) touch(ctx context.Context, tx *db.Tx, i Item, v *Version, out *Impact) error {
	st := store{tx}
	if s.asks.Usage != nil {
		drafts, running, err := s.asks.Usage.InUse(ctx, tx, i.TenantID, i.ID)
		if err != nil {
			return err
		}
		out.Drafts, out.Running = out.Drafts+drafts, out.Running+running
	}
	if i.LiveID == nil {
		return nil
	}
	live, err := st.itemVersion(ctx, *i.LiveID)
	if err != nil {
		return err
	}
	rows, err := st.overriding(ctx, i.ID)
	if err != nil {
		return err
	}
	if i.ID == v.ItemID && !v.fixed() {
		out.Papers, out.Forms = paperShifts(live.Body, v.Body), formShifts(live.Body, v.Body)
	}
	m := newMove(live.Body, v.Body, v.Act == ActCancel || v.Act == ActSplit || i.ID != v.ItemID)
	for _, o := range rows {
		cs := m.conflicts(o.Fields)
		for k := range cs {
			cs[k].TenantID, cs[k].TenantName = o.TenantID, o.TenantName
		}
		out.Conflicts = append(out.Conflicts, cs...)
		out.refine(o, len(cs))
	}
	return nil
}

// refine notes a tenant once, whatever number of the items it changes.
func (im *Impact) refine(o namedOverride, conflicts int) {
	at, known := slices.BinarySearchFunc(im.Refining, o.TenantID, func(r Refining, id tenancy.ID) int { return cmp.Compare(r.TenantID, id) })
	if !known {
		im.Refining = slices.Insert(im.Refining, at, Refining{TenantID: o.TenantID, TenantName: o.TenantName, Level: o.Level})
	}
	r := &im.Refining[at]
	r.Conflicts += conflicts
	for _, key := range o.Fields.keys() {
		if !slices.Contains(r.Elements, key) {
			r.Elements = append(r.Elements, key)
		}
	}
}

// keys are what is changed, as Conflict names it.
func (f Fields) keys() (out []string) {
	if f.PromisedDays != nil {
		out = append(out, "promised_days")
	}
	if len(f.DropMaterials) > 0 {
		out = append(out, "materials")
	}
	return append(out, slices.Sorted(maps.Keys(f.Values))...)
}

type namedOverride struct {
	TenantID   tenancy.ID
	TenantName string
	Level      string
	Fields     Fields `bun:"type:jsonb"`
}

// overriding are the tenants in scope that change something of an item.
func (s store) overriding(ctx context.Context, itemID string) (rows []namedOverride, err error) {
	err = s.tx.NewRaw(`select o.tenant_id, t.name as tenant_name, t.level, o.fields from item_overrides o join tenants t on t.tenant_id = o.tenant_id
		where o.item_id = ? order by o.tenant_id`, itemID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("overrides of item %s: %w", itemID, err)
	}
	return slices.DeleteFunc(rows, func(o namedOverride) bool { return o.Fields.Empty() }), nil
}

// sitesOf counts the tenants of the owner's subtree at some levels, the highest first.
func (s store) sitesOf(ctx context.Context, owner tenancy.ID, levels []string) (out []LevelCount, err error) {
	if len(levels) == 0 {
		return nil, nil
	}
	err = s.tx.NewRaw(`select t.level, count(*) as n from tenants t, tenants o where o.tenant_id = ? and t.tenant_id between o.tenant_id and o.hi and t.state = 'open' and t.level in (?)
		group by 1 order by min(t.hi - t.tenant_id) desc`, owner, list(levels)).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("sites of %s: %w", owner, err)
	}
	return out, nil
}
