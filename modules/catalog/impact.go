package catalog

import (
	"context"
	"fmt"
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
	Overriding int        // tenants that change something of the item (细化)
	Conflicts  []Conflict // of theirs, by tenant; at most maxConflicts
	Sites      int        // tenants whose sites take applications for the item
	Drafts     int        // of citizens, kept and finished on the version that they began with
	Running    int        // cases (在办件), likewise
	Ends       int        // items that end with it: of a merger, or the one that is split or cancelled
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

// maxConflicts bounds the list; the number of tenants is always right.
const maxConflicts = 5_000

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
		out.Sites, err = st.sitesOf(ctx, v.TenantID, v.Body.Origins)
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
	out.Overriding += len(rows)
	ends := v.Act == ActCancel || v.Act == ActSplit || i.ID != v.ItemID
	for _, o := range rows {
		for _, c := range o.Fields.conflicts(live.Body, v.Body, ends) {
			if len(out.Conflicts) < maxConflicts {
				c.TenantID, c.TenantName = o.TenantID, o.TenantName
				out.Conflicts = append(out.Conflicts, c)
			}
		}
	}
	return nil
}

type namedOverride struct {
	TenantID   tenancy.ID
	TenantName string
	Fields     Fields `bun:"type:jsonb"`
}

// overriding are the tenants in scope that change something of an item.
func (s store) overriding(ctx context.Context, itemID string) (rows []namedOverride, err error) {
	err = s.tx.NewRaw(`select o.tenant_id, t.name as tenant_name, o.fields from item_overrides o join tenants t on t.tenant_id = o.tenant_id
		where o.item_id = ? order by o.tenant_id`, itemID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("overrides of item %s: %w", itemID, err)
	}
	return slices.DeleteFunc(rows, func(o namedOverride) bool { return o.Fields.Empty() }), nil
}

// conflicts are what would no longer stand: a promise that is longer than the new
// one, a material dropped that is not asked for any more, an element whose value
// above moves, and everything of an item that ends.
func (f Fields) conflicts(was, now Body, ends bool) (out []Conflict) {
	if d := f.PromisedDays; d != nil && (ends || *d > now.PromisedDays) {
		out = append(out, Conflict{Field: "promised_days", Theirs: spellNumber(*d), Was: spellNumber(was.PromisedDays), Now: spellNumber(now.PromisedDays)})
	}
	has := func(b Body, name string) bool {
		return slices.ContainsFunc(b.Materials, func(m Material) bool { return m.Name == name })
	}
	for _, name := range f.DropMaterials {
		if ends || has(was, name) && !has(now, name) {
			out = append(out, Conflict{Field: "materials", Theirs: name, Was: name})
		}
	}
	for _, key := range Open() {
		theirs, overridden := f.Values[key]
		if w, n := was.Element(key), now.Element(key); overridden && (ends || w != n) {
			out = append(out, Conflict{Field: key, Theirs: theirs, Was: w, Now: n})
		}
	}
	if ends {
		for i := range out {
			out[i].Now = ""
		}
	}
	return out
}

// sitesOf counts the tenants of the owner's subtree at some levels.
func (s store) sitesOf(ctx context.Context, owner tenancy.ID, levels []string) (n int, err error) {
	if len(levels) == 0 {
		return 0, nil
	}
	err = s.tx.NewRaw(`select count(*) from tenants t, tenants o where o.tenant_id = ? and t.tenant_id between o.tenant_id and o.hi and t.state = 'open' and t.level in (?)`, owner, list(levels)).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("sites of %s: %w", owner, err)
	}
	return n, nil
}
