package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/tree"
)

// standing is a tenant that items are looked at from.
type standing struct {
	tenant, hi tenancy.ID
	chain      []tenancy.ID // from the platform down to the tenant itself
}

// stand looks from region, which is the actor's tenant or one below it, or NotFound;
// zero is the actor's tenant.
func (s store) stand(ctx context.Context, region tenancy.ID) (standing, error) {
	sc := s.tx.Scope
	if region == 0 || region == sc.Tenant {
		return standing{sc.Tenant, max(sc.Over.Hi, sc.Tenant), sc.Ancestors}, nil // who has no subtree sees what is in force
	}
	if !sc.Over.Contains(region) {
		return standing{}, notFound()
	}
	way, err := tree.In(s.tx).Ancestors(ctx, region)
	if err != nil {
		return standing{}, err
	}
	at := standing{tenant: region, hi: way[len(way)-1].Hi}
	for _, n := range way {
		at.chain = append(at.chain, n.ID)
	}
	return at, nil
}

// inherited are the tenants above.
func (at standing) inherited() []tenancy.ID { return at.chain[:len(at.chain)-1] }

// refined keeps the items that tenants of the region override: their promise
// ("days") or what applicants bring ("materials").
func (at standing) refined(sel *bun.SelectQuery, what string) *bun.SelectQuery {
	var how string
	switch what {
	case "":
		return sel
	case "materials":
		how = "jsonb_typeof(r.fields->'drop_materials') = 'array' and jsonb_array_length(r.fields->'drop_materials') > 0"
	default:
		how = "r.fields->'promised_days' is not null"
	}
	return sel.Where("items.id in (select r.item_id from item_overrides r where r.tenant_id between ? and ? and "+how+")", at.tenant, at.hi)
}

// Region returns a tenant that the actor may look from, as Query and Census name
// it; zero is her own. NotFound for any other.
func (s *Service) Region(ctx context.Context, id tenancy.ID) (n tree.Node, err error) {
	err = s.see(ctx, func(ctx context.Context, st store) error {
		at, err := st.stand(ctx, id)
		if err != nil {
			return err
		}
		n, err = tree.In(st.tx).Get(ctx, at.tenant)
		return err
	})
	return n, err
}

// Acts lists them in the order in which they happen to an item.
func Acts() []string {
	return []string{ActCreate, ActChange, ActSuspend, ActResume, ActSplit, ActMerge, ActCancel}
}

// happened is every act on an item and when it took effect. An item that a split
// or a merger ended was split or merged; one that ended otherwise was cancelled.
const happened = `(
	select e.tenant_id, e.item_id, case when e.number = 1 then 'create' when e.act = 'merge' then 'change' else e.act end as act, e.published_at as at
	from item_versions e where e.published_at is not null
	union all
	select l.tenant_id, l.from_id, l.act, l.at from item_lineage l
	union all
	select e.tenant_id, e.item_id, 'cancel', e.ended_at from item_versions e
	where e.state = 'withdrawn' and e.ended_at is not null and not exists (select from item_lineage l where l.from_id = e.item_id)
		and not exists (select from item_versions x where x.tenant_id = e.tenant_id and x.item_id = e.item_id and x.act in ('cancel', 'split') and x.published_at is not null))`

// narrowed keeps the items that a number of the statistics counts.
func (q Query) narrowed(sel *bun.SelectQuery) *bun.SelectQuery {
	if q.List != "" {
		sel = sel.Where("items.list = ?", q.List)
	}
	if q.Themes {
		sel = sel.Where("jsonb_array_length(case jsonb_typeof(v.body->'parts') when 'array' then v.body->'parts' else '[]' end) > 0")
	}
	switch q.Visits {
	case "":
	case "0", "1":
		sel = sel.Where("coalesce(v.body->>'onsite_times', '0') = ?", q.Visits)
	default:
		sel = sel.Where("(v.body->>'onsite_times')::int > 1")
	}
	switch q.Depth {
	case "":
	case DepthNone:
		sel = sel.Where("coalesce(v.body->'online_depth', '[]') IN ('[]', 'null')")
	default:
		sel = sel.Where("jsonb_exists(v.body->'online_depth', ?)", q.Depth)
	}
	if q.Act == "" && q.From.IsZero() && q.To.IsZero() {
		return sel
	}
	return sel.Where("items.id in (select h.item_id from "+happened+" h where (? = '' or h.act = ?) and ?)", q.Act, q.Act, between("h.at", q.From, q.To))
}
