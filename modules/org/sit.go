package org

import (
	"context"
	"fmt"

	"liandong/policies"
	"liandong/tenancy"
)

// seatOf reads in one statement what every request of a member of staff begins
// with: the seat, if it is held today, the way up, and the grants that hold there.
const seatOf = `with recursive seat (at, roles, posted) as (
		select a.tenant_id, p.roles, array_remove(array[d.name, d.code], '') ` + seatTables + ` and a.id = ?1
		union all select g.tenant_id, '{}', '{}' from grants g where g.id = ?1 and g.holder_id = ?0 and g.revoked_at is null),
	way (at, parent) as (
		select t.tenant_id, t.parent_id from tenants t join seat on t.tenant_id = seat.at
		union all select t.tenant_id, t.parent_id from tenants t join way on t.tenant_id = way.parent),
	up (tenant_id, id, parent_tenant, parent_id) as (
		select g.tenant_id, g.id, g.parent_tenant, g.parent_id from grants g join seat on g.tenant_id = seat.at where g.holder_id = ?0 and g.revoked_at is null
		union select g.tenant_id, g.id, g.parent_tenant, g.parent_id from grants g join up on g.tenant_id = up.parent_tenant and g.id = up.parent_id)
	select s.at, st.hi as over, s.roles as seat_roles, s.posted, array(select at from way order by at) as way, h.*,
	case when s.roles = '{}' then '[]' else (select coalesce(jsonb_agg(jsonb_build_object('ID', w.id, 'Name', w.name, 'Roles', w.roles, 'Posted', w.posted)), '[]') from (
		select x.person_id as id, x.person_name as name, coalesce(array_agg(distinct r) filter (where r = any(x.roles)), '{}') as roles, array_agg(distinct n) as posted
		from absences x join appointments a on a.tenant_id = x.tenant_id and a.holder_id = x.person_id and a.revoked_at is null and ?2::date between a.from_on and coalesce(a.until_on, 'infinity')
		join posts p on p.tenant_id = a.tenant_id and p.id = a.post_id and p.state = 'open' join departments d on d.tenant_id = p.tenant_id and d.id = p.department_id and d.state = 'open',
		unnest(p.roles) r, unnest(array_remove(array[d.name, d.code], '')) n
		where x.tenant_id = s.at and x.substitute_id = ?0 and x.cancelled_at is null and x.from_at <= ?3 and x.to_at > ?3 group by 1, 2) w) end as away
	from seat s join tenants st on st.tenant_id = s.at
	left join (select ` + grantColumns + ` from up join grants g on g.tenant_id = up.tenant_id and g.id = up.id join tenants t on t.tenant_id = g.tenant_id) h on true
	order by h.tenant_id, h.id`

// sit is the scope of a seat; found is false when it is not held today.
func (s store) sit(ctx context.Context, holder, seat, day string) (scope tenancy.Scope, found bool, err error) {
	type row struct {
		Grant // one of hers there, or above one of them; empty when there is none

		At        tenancy.ID
		Over      tenancy.ID   // end of the subtree of At
		SeatRoles []string     `bun:",array"` // of a post; none for a grant
		Posted    []string     `bun:",array"` // its department
		Way       []tenancy.ID `bun:",array"`

		Away []tenancy.Away `bun:"type:jsonb"` // for whom she stands in now
	}
	var rows []row
	if !isUUID(holder) || !isUUID(seat) {
		return scope, false, nil
	}
	if err := s.tx.NewRaw(seatOf, holder, seat, day, s.tx.Now).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		if err != nil {
			err = fmt.Errorf("read seat %s of %s: %w", seat, holder, err)
		}
		return scope, false, err
	}
	var grants []Grant
	for _, r := range rows {
		if r.ID != "" {
			grants = append(grants, r.Grant)
		}
	}
	first := rows[0]
	scope = tenancy.Scope{Tenant: first.At, Over: tenancy.Interval{Lo: first.At, Hi: first.Over}, Ancestors: first.Way}
	scope.Actor.Roles, scope.Actor.Posted, found = first.SeatRoles, first.Posted, len(first.SeatRoles) > 0
	if len(first.Away) > 0 {
		scope.Actor.StandsInFor = first.Away
	}
	for _, g := range effectives(grants, holder, day) {
		if g.TenantID == first.At {
			scope.Actor.Grants = append(scope.Actor.Grants, g.scoped())
		}
		if g.ID == seat {
			scope.Actor.Roles, found = []string{policies.Admin}, true
		}
	}
	return scope, found, nil
}
