package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// store is the only place that spells SQL for org.
type store struct{ tx *db.Tx }

const grantColumns = `g.tenant_id, g.id, t.hi, t.name as tenant_name, t.code as tenant_code, t.level, g.tier, g.roles,
	g.holder_id, g.holder_name, g.parent_tenant, g.parent_id, g.from_on::text as from_on, coalesce(g.until_on::text, '') as until_on,
	g.granted_by, g.granted_at, g.revoked_at, coalesce(g.revoked_by, '') as revoked_by, g.reason, ` + asleep + ` as asleep`

// asleep says that a grant's tenant is closed or no longer below that of the grant
// above it, or that the latter sleeps, as far as it can be seen.
const asleep = `(t.state <> 'open' or exists (
	select from grants x join tenants xt on xt.tenant_id = x.tenant_id left join tenants xa on xa.tenant_id = x.parent_tenant and xa.state = 'open'
	where (x.tenant_id, x.id) in ((g.tenant_id, g.id), (g.parent_tenant, g.parent_id)) and x.parent_tenant is not null
	and not coalesce(xa.tenant_id < xt.tenant_id and xt.hi <= xa.hi, false)))`

// isUUID reports whether s may be compared with a column of ids.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0
		if dash != (s[i] == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

// chains returns the unrevoked grants of a holder and all grants above them.
func (s store) chains(ctx context.Context, holder string) (rows []Grant, err error) {
	err = s.tx.NewRaw(`with recursive up (tenant_id, id, parent_tenant, parent_id) as (
			select tenant_id, id, parent_tenant, parent_id from grants where holder_id = ? and revoked_at is null
			union select g.tenant_id, g.id, g.parent_tenant, g.parent_id from grants g join up on g.tenant_id = up.parent_tenant and g.id = up.parent_id)
		select `+grantColumns+` from up join grants g on g.tenant_id = up.tenant_id and g.id = up.id join tenants t on t.tenant_id = g.tenant_id
		order by g.tenant_id, g.id`, holder).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read grants of %s: %w", holder, err)
	}
	return rows, nil
}

// lockGrants keeps the grants of a holder at one tenant from being revoked until
// the transaction ends.
func (s store) lockGrants(ctx context.Context, at tenancy.ID, holder string) error {
	_, err := s.tx.NewRaw(`select id from grants where tenant_id = ? and holder_id = ? and revoked_at is null for share`, at, holder).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock grants of %s: %w", holder, err)
	}
	return nil
}

// lockHolder makes acts on the same person (or key) wait for each other.
func (s store) lockHolder(ctx context.Context, holder string) error {
	_, err := s.tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 7340917))`, holder).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock holder %s: %w", holder, err)
	}
	return nil
}

// rolesOf lists the roles of a person's posts and grants anywhere, now or later;
// but for one post, when that is to change.
func (s store) rolesOf(ctx context.Context, holder, day, butPost string) (roles []string, err error) {
	if !isUUID(holder) {
		return []string{}, nil
	}
	err = s.tx.NewRaw(`select distinct r from (
			select unnest(p.roles) as r from appointments a join posts p on p.tenant_id = a.tenant_id and p.id = a.post_id
			where a.holder_id = ?0 and a.revoked_at is null and coalesce(a.until_on, 'infinity') >= ?1::date and p.state = 'open' and p.id::text <> ?2
			union all select unnest(roles) from grants where holder_id = ?0 and revoked_at is null and tier > 1 and coalesce(until_on, 'infinity') >= ?1::date) x`,
		holder, day, butPost).Scan(ctx, &roles)
	if err != nil {
		return nil, fmt.Errorf("read roles of %s: %w", holder, err)
	}
	return append([]string{}, roles...), nil
}

// seatTables are the posts that holder ?0 has on day ?2.
const seatTables = `from appointments a
	join posts p on p.tenant_id = a.tenant_id and p.id = a.post_id and p.state = 'open'
	join departments d on d.tenant_id = p.tenant_id and d.id = p.department_id and d.state = 'open'
	join tenants t on t.tenant_id = a.tenant_id and t.state = 'open'
	join grants g on g.tenant_id = a.grant_tenant and g.id = a.grant_id and g.revoked_at is null
	where a.holder_id = ?0 and a.revoked_at is null and ?2::date between a.from_on and coalesce(a.until_on, 'infinity')`

func (s store) postSeats(ctx context.Context, holder, day string) (seats []Seat, err error) {
	type row struct {
		Seat
		Roles []string `bun:",array"`
	}
	var rows []row
	err = s.tx.NewRaw(`select a.id, a.tenant_id as tenant, t.name as tenant_name, t.code as tenant_code, t.level, d.name as department, p.name as title, p.roles `+
		seatTables+` order by a.tenant_id, d.sort, p.name, a.id`, holder, "", day).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read posts of %s: %w", holder, err)
	}
	for _, r := range rows {
		r.Seat.Roles = r.Roles
		seats = append(seats, r.Seat)
	}
	return seats, nil
}

func (s store) grant(ctx context.Context, id string) (g Grant, err error) {
	if !isUUID(id) {
		return g, notFound()
	}
	err = s.tx.NewRaw(`select `+grantColumns+` from grants g join tenants t on t.tenant_id = g.tenant_id where g.id = ?`, id).Scan(ctx, &g)
	if err != nil {
		return g, fmt.Errorf("get grant %s: %w", id, err)
	}
	return g, nil
}

func (s store) insertGrant(ctx context.Context, g Grant) error {
	_, err := s.tx.NewRaw(`insert into grants (tenant_id, id, hi, tier, roles, holder_id, holder_name, parent_tenant, parent_id, from_on, until_on, granted_by, granted_at, reason)
		values (?, ?, ?, ?, array[?]::text[], ?, ?, ?, ?, ?, nullif(?, '')::date, ?, ?, ?)`,
		g.TenantID, g.ID, g.Hi, g.Tier, bun.List(g.Roles), g.HolderID, g.HolderName, g.ParentTenant, g.ParentID, g.FromOn, g.UntilOn, g.GrantedBy, g.GrantedAt, g.Reason).Exec(ctx)
	if err != nil {
		return fmt.Errorf("insert grant: %w", err)
	}
	return nil
}

// retire ends what ran out by itself, so that it does not stand in the way.
func (s store) retire(ctx context.Context, table string, at tenancy.ID, holder, day string) error {
	_, err := s.tx.NewRaw(`update ? set revoked_at = ?, revoked_by = '' where tenant_id = ? and holder_id = ? and revoked_at is null and until_on < ?::date`,
		bun.Ident(table), s.tx.Now, at, holder, day).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retire %s of %s: %w", table, holder, err)
	}
	return nil
}

// fallen is one row that a revocation marked.
type fallen struct {
	TenantID tenancy.ID
	ID       string
	HolderID string
	PostID   string
}

// below spells the ids of a grant and everything given out of it.
const below = `with recursive down (id) as (select ?::uuid union select g.id from grants g join down d on g.parent_id = d.id)`

// revokeGrants marks a grant and all below it that are visible now. Call it until
// it marks nothing: while it waited, somebody may have handed one more on.
func (s store) revokeGrants(ctx context.Context, id, by, reason string) (rows []fallen, err error) {
	err = s.tx.NewRaw(below+` update grants set revoked_at = ?, revoked_by = ?, reason = ? where id in (select id from down) and revoked_at is null
		returning tenant_id, id, holder_id`, id, s.tx.Now, by, reason).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("revoke grants below %s: %w", id, err)
	}
	return rows, nil
}

func (s store) revokeAppointments(ctx context.Context, grant, by, reason string) (rows []fallen, err error) {
	err = s.tx.NewRaw(below+` update appointments set revoked_at = ?, revoked_by = ?, reason = ? where grant_id in (select id from down) and revoked_at is null
		returning tenant_id, id, holder_id, post_id`, grant, s.tx.Now, by, reason).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("revoke appointments below %s: %w", grant, err)
	}
	return rows, nil
}
