package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Alike (同一事项) is a group of items in force with one basic code, or with one
// name when they have no code.
type Alike struct {
	ItemID      string // one of them
	Name        string
	BasicCode   string
	Items       int // how many tenants define it
	Departments int // how many departments they name
	Refined     int // how many tenants override one of them
}

// same is what makes items i the same: the list and the code, or the name.
const same = `(i.list || case when i.basic_code = '' then ' name ' || i.name else ' code ' || i.basic_code end)`

// Comparable lists what there is more than one of, most first: defined by several
// tenants or changed by one below. Of q it takes page, text, kind, list, department and
// region, and an order by name, items, departments or refined.
func (s *Service) Comparable(ctx context.Context, q Query) (p Page[Alike], err error) {
	err = s.see(ctx, func(ctx context.Context, st store) error {
		at, err := st.stand(ctx, q.Region)
		if err != nil {
			return err
		}
		limit, offset := q.bounds()
		var rows []struct {
			Alike
			Total int
		}
		err = st.tx.NewRaw(`select item_id, name, basic_code, items, departments, refined, count(*) over () as total from (
				select min(i.id::text) as item_id, min(i.name) as name, min(i.basic_code) as basic_code, count(*) as items,
					count(distinct b.department) as departments, coalesce(sum(o.n), 0) as refined, count(*) filter (where ? = '' or b.department = ?) as fits
				from items i join item_versions v on v.tenant_id = i.tenant_id and v.id = i.live_id
				cross join lateral jsonb_to_record(v.body) as b(department text)
				left join (select item_id, count(*) as n from item_overrides where tenant_id between ? and ? or tenant_id in (?) group by 1) o on o.item_id = i.id
				where i.state = 'published' and (i.tenant_id between ? and ? or i.tenant_id in (?)) and (? = '' or i.list = ?) and (? = '' or i.kind = ?)
					and (? = '' or position(? in i.name) > 0 or position(? in i.basic_code) > 0)
				group by `+same+` having count(*) > 1 or sum(o.n) > 0) g
			where fits > 0 order by ?, items desc, refined desc, basic_code, name limit ? offset ?`,
			q.Department, q.Department, at.tenant, at.hi, list(at.chain), at.tenant, at.hi, list(at.chain), q.List, q.List, q.Kind, q.Kind, q.Text, q.Text, q.Text, q.alikeOrder(), limit, offset).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("list items that can be compared: %w", err)
		}
		for _, r := range rows {
			p.Rows, p.Total = append(p.Rows, r.Alike), r.Total
		}
		return nil
	})
	return p, err
}

// alikeOrder is the order of groups that a page asks for; most first without one.
func (q Query) alikeOrder() schema.QueryWithArgs {
	dir := " asc"
	if q.Desc {
		dir = " desc"
	}
	switch q.Sort {
	case "name", "items", "departments", "refined":
		return bun.SafeQuery(q.Sort + dir)
	}
	return bun.SafeQuery("items desc")
}

// Side (对比栏) is an item as one tenant offers it.
type Side struct {
	ItemID     string
	Tenant     tenancy.ID
	TenantName string
	Level      string // of the tenant
	Department string // as the item's owner names it
	Refined    bool   // the tenant overrides the item; otherwise it defines it
}

// maxSides bounds what there is to choose from.
const maxSides = 300

// Sides lists where an item stands: every tenant that defines the same item, and
// every tenant that overrides one of those, top down.
func (s *Service) Sides(ctx context.Context, itemID string) (sides []Side, err error) {
	err = s.see(ctx, func(ctx context.Context, st store) error {
		if _, err := st.item(ctx, itemID); err != nil {
			return err
		}
		sides, err = st.sides(ctx, itemID)
		return err
	})
	return sides, err
}

func (s store) sides(ctx context.Context, itemID string) (sides []Side, err error) {
	err = s.tx.NewRaw(`with twins as (
			select i.tenant_id, i.id, v.body->>'department' as department from items me join items i on `+same+` = (select `+same+` from items i where i.id = me.id)
			join item_versions v on v.tenant_id = i.tenant_id and v.id = i.live_id
			where me.id = ? and i.state = 'published')
		select w.id as item_id, w.tenant_id as tenant, t.name as tenant_name, t.level, w.department, w.refined from (
			select id, tenant_id, department, false as refined from twins
			union all select o.item_id, o.tenant_id, w.department, true from twins w join item_overrides o on o.item_id = w.id) w
		join tenants t on t.tenant_id = w.tenant_id order by w.tenant_id, w.id limit ?`, itemID, maxSides).Scan(ctx, &sides)
	if err != nil {
		return nil, fmt.Errorf("list sides of %s: %w", itemID, err)
	}
	return sides, nil
}

// MostSides is how many sides one comparison holds.
const MostSides = 6

// Offer (对比列) is one side with what it says.
type Offer struct {
	Side

	Owner     tenancy.ID
	OwnerName string
	Body      Body              // overrides folded in
	Source    map[string]string // name of the tenant that changed a field, by field; nothing for the owner's
}

// Compare reads sides as their tenants offer them, in the order asked for. It
// returns NotFound for a side that the actor does not see or that is not in force.
func (s *Service) Compare(ctx context.Context, picks []Side) (cols []Offer, err error) {
	if len(picks) > MostSides {
		return nil, fault.InvalidField("side", "item_compare_too_many")
	}
	err = s.see(ctx, func(ctx context.Context, st store) error {
		for _, p := range picks {
			c, err := st.offer(ctx, p)
			if err != nil {
				return err
			}
			cols = append(cols, c)
		}
		return nil
	})
	return cols, err
}

func (s store) offer(ctx context.Context, p Side) (c Offer, err error) {
	way, err := s.way(ctx, p.Tenant)
	if err != nil {
		return c, err
	}
	item, err := s.item(ctx, p.ItemID)
	if err != nil {
		return c, err
	}
	from := slices.IndexFunc(way, func(n tree.Node) bool { return n.ID == item.TenantID })
	if item.State != StatePublished || item.LiveID == nil || from < 0 {
		return c, notFound()
	}
	v, err := s.itemVersion(ctx, *item.LiveID)
	if err != nil {
		return c, err
	}
	chain, names := []tenancy.ID{}, map[tenancy.ID]string{}
	for _, n := range way[from:] {
		chain, names[n.ID] = append(chain, n.ID), n.Name
	}
	byItem, err := s.overrides(ctx, []string{item.ID}, chain)
	if err != nil {
		return c, err
	}
	last := way[len(way)-1]
	c = Offer{Side: Side{ItemID: item.ID, Tenant: p.Tenant, TenantName: last.Name, Level: last.Level}, Owner: item.TenantID, OwnerName: names[item.TenantID], Source: map[string]string{}}
	body, source := fold(v.Body, item.TenantID, byItem[item.ID])
	c.Body, c.Department, c.Refined = body, body.Department, p.Tenant != item.TenantID
	for field, from := range source {
		if from != item.TenantID {
			c.Source[field] = names[from]
		}
	}
	return c, nil
}

// way leads from the platform down to a tenant whose overrides the actor sees:
// her own, one above it or one below it.
func (s store) way(ctx context.Context, tenant tenancy.ID) ([]tree.Node, error) {
	if !s.tx.Scope.Over.Contains(tenant) && !slices.Contains(s.tx.Scope.Ancestors, tenant) {
		return nil, notFound()
	}
	return tree.In(s.tx).Ancestors(ctx, tenant)
}

// see reads for whoever may see what is not published.
func (s *Service) see(ctx context.Context, fn func(context.Context, store) error) error {
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		return fn(ctx, store{tx})
	})
}
