package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Bounds of splits and mergers.
const (
	minParts = 2
	maxParts = 20
)

// Relative is an item that another came of, or that came of it.
type Relative struct {
	ItemID string
	Name   string
	State  string
	Act    string // ActSplit or ActMerge
	At     time.Time
}

// Lineage (沿革) is which items an item came of, and which came of it.
type Lineage struct{ From, To []Relative }

type kin struct {
	bun.BaseModel `bun:"table:item_lineage"`

	TenantID tenancy.ID
	FromID   string
	ToID     string
	Act      string
	At       time.Time
}

// Lineage returns the nearest relatives of an item.
func (s *Service) Lineage(ctx context.Context, itemID string) (l Lineage, err error) {
	if !isID(itemID) {
		return l, notFound()
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err = store{tx}.lineage(ctx, itemID)
		return err
	})
	return l, err
}

func (s store) lineage(ctx context.Context, itemID string) (l Lineage, err error) {
	const columns = `select i.id as item_id, i.name, i.state, l.act, l.at from item_lineage l join items i on i.tenant_id = l.tenant_id and i.id = `
	if err = s.tx.NewRaw(columns+`l.from_id where l.to_id = ? order by i.name, i.id`, itemID).Scan(ctx, &l.From); err != nil {
		return l, fmt.Errorf("lineage of item %s: %w", itemID, err)
	}
	if err = s.tx.NewRaw(columns+`l.to_id where l.from_id = ? order by i.name, i.id`, itemID).Scan(ctx, &l.To); err != nil {
		return l, fmt.Errorf("lineage of item %s: %w", itemID, err)
	}
	return l, nil
}

// Gone is an item that is no longer offered where the scope stands, with what
// follows it; NotFound when it never was.
type Gone struct {
	Item   Item
	Reason string
	At     *time.Time
	To     []Relative
}

// Gone returns a withdrawn item that was once in force here.
func (s *Service) Gone(ctx context.Context, itemID string) (g Gone, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if g.Item, err = st.item(ctx, itemID); err != nil {
			return err
		}
		if g.Item.State != StateWithdrawn || g.Item.LiveID == nil || !inForce(tx.Scope, g.Item.TenantID) {
			return notFound()
		}
		v, err := st.itemVersion(ctx, *g.Item.LiveID)
		if err != nil {
			return err
		}
		g.At = v.EndedAt
		if v.fixed() {
			g.Reason = v.Reason
		}
		l, err := st.lineage(ctx, itemID)
		g.To = l.To
		return err
	})
	return g, err
}

// Split opens a draft that ends an item and puts several new ones in its place.
// The new items begin as copies of it without its codes, are edited one by one,
// and go through review and into force together with the draft that leads them.
func (s *Service) Split(ctx context.Context, itemID, reason string, names []string) (lead Version, err error) {
	if names, err = partNames(names); err != nil {
		return lead, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var old Item
		if lead, old, err = s.begin(ctx, tx, itemID, ActSplit, reason); err != nil {
			return err
		}
		for _, name := range names {
			if _, err := s.addPart(ctx, tx, lead, old, name); err != nil {
				return err
			}
		}
		return nil
	})
	return lead, err
}

func partNames(names []string) (out []string, err error) {
	for _, n := range names {
		n = strings.TrimSpace(n)
		switch l := utf8.RuneCountInString(n); {
		case n == "":
			continue
		case l < 2 || l > 200:
			return nil, fault.InvalidField("names", "item_name_length")
		case slices.Contains(out, n):
			return nil, fault.InvalidField("names", "item_part_twice")
		}
		out = append(out, n)
	}
	if len(out) < minParts || len(out) > maxParts {
		return nil, fault.InvalidField("names", "item_parts_number")
	}
	return out, nil
}

// AddPart adds one more new item to a split that is still a draft.
func (s *Service) AddPart(ctx context.Context, leadID, name string) (part Version, err error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 2 || n > 200 {
		return part, fault.InvalidField("name", "item_name_length")
	}
	_, err = s.change(ctx, leadID, policies.ItemsEdit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		st := store{tx}
		if v.State != StateDraft || v.Act != ActSplit {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		parts, err := st.parts(ctx, v)
		if err != nil {
			return err
		}
		if len(parts) >= maxParts {
			return fault.InvalidField("name", "item_parts_number")
		}
		if slices.ContainsFunc(parts, func(p Version) bool { return p.Body.Name == name }) {
			return fault.InvalidField("name", "item_part_twice")
		}
		old, err := st.item(ctx, v.ItemID)
		if err != nil {
			return err
		}
		part, err = s.addPart(ctx, tx, *v, old, name)
		return err
	})
	return part, err
}

func (s *Service) addPart(ctx context.Context, tx *db.Tx, lead Version, old Item, name string) (Version, error) {
	v, err := s.copied(ctx, tx, lead.Body, old, name)
	if err != nil {
		return v, err
	}
	v.FlowID, v.LeadID = lead.FlowID, &lead.ID
	return v, store{tx}.insertVersion(ctx, &v)
}

// copied starts a new item as a copy of another without its codes.
func (s *Service) copied(ctx context.Context, tx *db.Tx, b Body, old Item, name string) (v Version, err error) {
	b.Name, b.BasicCode, b.LocalCodes = name, "", nil
	item := Item{TenantID: tx.Scope.Tenant, ID: db.NewID(), Name: name, Kind: b.Kind, List: old.List, State: StateDraft, CreatedAt: tx.Now, Version: 1}
	tx.Record(db.Audit{Action: string(policies.ItemsCreate), Kind: "item", Object: item.ID, Detail: map[string]any{"name": name, "from": old.ID}})
	return draftOf(tx, item.ID, 1, b), store{tx}.insertItem(ctx, &item)
}

// Merger asks for one item in place of several.
type Merger struct {
	Name   string
	Reason string
	Items  []string // at least two of the actor's own that are in force
	Key    string   // idempotency key
}

// Merge opens a draft of a new item that ends several others when it is
// published. It begins as a copy of the first of them without its codes.
func (s *Service) Merge(ctx context.Context, in Merger) (v Version, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "item", in.Key, func() (string, error) {
			v, err := s.merge(ctx, tx, in)
			return v.ID, err
		})
		if err != nil {
			return err
		}
		v, err = store{tx}.itemVersion(ctx, id)
		return err
	})
	return v, err
}

func (s *Service) merge(ctx context.Context, tx *db.Tx, in Merger) (v Version, err error) {
	bad := map[string]string{}
	if in.Name = strings.TrimSpace(in.Name); utf8.RuneCountInString(in.Name) < 2 || utf8.RuneCountInString(in.Name) > 200 {
		bad["name"] = "item_name_length"
	}
	if in.Reason, err = reasoned(ActMerge, in.Reason); err != nil {
		bad["reason"] = "item_reason_missing"
	}
	if in.Items = distinct(in.Items); len(in.Items) < minParts || len(in.Items) > maxParts {
		bad["items"] = "item_merge_number"
	}
	if err := fault.InvalidFields(bad); err != nil {
		return v, err
	}
	st := store{tx}
	sources, err := st.sources(ctx, tx.Scope.Tenant, in.Items)
	if err != nil {
		return v, err
	}
	if err := s.authz.Allow(ctx, policies.ItemsCreate, policies.Resource{"tenant": tx.Scope.Tenant, "list": sources[0].List}); err != nil {
		return v, err
	}
	first, err := st.itemVersion(ctx, *sources[0].LiveID)
	if err != nil {
		return v, err
	}
	if v, err = s.copied(ctx, tx, first.Body, sources[0], in.Name); err != nil {
		return v, err
	}
	v.Act, v.Reason, v.Replaces, v.FlowID = ActMerge, in.Reason, in.Items, first.FlowID
	return v, st.insertVersion(ctx, &v)
}

// distinct keeps the first of equals, in order.
func distinct(ids []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// sources are items of a tenant that a merger may end: Precondition unless all of
// them are in force.
func (s store) sources(ctx context.Context, tenant tenancy.ID, ids []string) (items []Item, err error) {
	for _, id := range ids {
		i, err := s.item(ctx, id)
		if err != nil {
			return nil, err
		}
		if i.TenantID != tenant {
			return nil, fault.New(fault.Precondition, "item_merge_own").With(i.Name)
		}
		if err := fits(ActCancel, i); err != nil {
			return nil, fault.New(fault.Precondition, "item_merge_source").With(i.Name)
		}
		if len(items) > 0 && items[0].List != i.List {
			return nil, fault.New(fault.Precondition, "item_merge_own").With(i.Name)
		}
		items = append(items, i)
	}
	return items, nil
}

// parts are the new items of a split, in the order in which they were added.
func (s store) parts(ctx context.Context, v *Version) (parts []Version, err error) {
	if v.Act != ActSplit {
		return nil, nil
	}
	err = s.tx.NewSelect().Model(&parts).Where("tenant_id = ?", v.TenantID).Where("lead_id = ?", v.ID).Order("id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("parts of version %s: %w", v.ID, err)
	}
	return parts, nil
}

func (s store) inherit(ctx context.Context, tenant tenancy.ID, from, to, act string) error {
	_, err := s.tx.NewInsert().Model(&kin{TenantID: tenant, FromID: from, ToID: to, Act: act, At: s.tx.Now}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lineage of item %s: %w", to, err)
	}
	return nil
}
