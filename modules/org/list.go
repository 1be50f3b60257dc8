package org

import (
	"context"
	"fmt"
	"strings"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Page is one page of a list with the number of all rows that match.
type Page[T any] struct {
	Rows  []T
	Total int
}

// GrantQuery narrows the list of grants. Zero values mean: all that the actor sees.
type GrantQuery struct {
	Q          string // part of a holder's or a tenant's name, or the beginning of its code
	State      string // Active, Pending, Expired, Revoked; empty for all
	Tier       int
	Page, Size int // from 1; 1..100, 20 when 0
}

// StaffQuery narrows the list of posts and their holders.
type StaffQuery struct {
	Tenant     tenancy.ID
	Below      bool   // the tenants under it as well
	Q          string // part of a holder's, post's, department's or tenant's name
	Role       string
	State      string // "held", "vacant", "ended" (past appointments); empty: all but ended
	Page, Size int
}

// Held is one line of that list: a post, with a holder or vacant.
type Held struct {
	TenantID      tenancy.ID
	TenantName    string
	DepartmentID  string
	Department    string
	PostID        string
	PostName      string
	PostState     string
	Roles         []string `bun:",array"`
	AppointmentID string   // empty while vacant
	HolderID      string
	HolderName    string
	FromOn        string
	UntilOn       string
	AppointedBy   string
	RevokedAt     *time.Time
	RevokedBy     string
	Reason        string
}

// StateOn says what the appointment is on a day; "" for a vacant post.
func (h Held) StateOn(day string) string {
	if h.AppointmentID == "" {
		return ""
	}
	return stateOn(day, h.FromOn, h.UntilOn, h.RevokedAt != nil, false)
}

func bounds(page, size int) (limit, offset int) {
	if size == 0 {
		size = 20
	}
	limit = min(max(size, 1), 100)
	return limit, (max(page, 1) - 1) * limit
}

// like spells part of a text for LIKE.
func like(q string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(q))
}

// Grants lists the grants of the actor's tenant and below, each under the one
// whose tenant it lies in. It returns Forbidden.
func (s *Service) Grants(ctx context.Context, q GrantQuery) (p Page[Grant], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.GrantsView, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		p, err = store{tx}.listGrants(ctx, q)
		return err
	})
	return p, err
}

func (s store) listGrants(ctx context.Context, q GrantQuery) (p Page[Grant], err error) {
	limit, offset := bounds(q.Page, q.Size)
	text, day := like(q.Q), dayOf(s.tx.Now)
	var rows []struct {
		Grant
		Total int
	}
	err = s.tx.NewRaw(`select `+grantColumns+`, count(*) over () as total from grants g join tenants t on t.tenant_id = g.tenant_id
		where (?0 = '' or g.holder_name like ?1 or t.name like ?1 or t.code like ?2) and (?3 = 0 or g.tier = ?3)
		and (?4 = '' or ?4 = case when g.revoked_at is not null then 'revoked' when g.until_on < ?5::date then 'expired'
			when `+asleep+` then 'asleep' when g.from_on > ?5::date then 'pending' else 'active' end)
		order by g.tenant_id, g.tier, g.revoked_at is not null, g.id limit ?6 offset ?7`,
		text, "%"+text+"%", text+"%", q.Tier, q.State, day, limit, offset).Scan(ctx, &rows)
	if err != nil {
		return p, fmt.Errorf("list grants: %w", err)
	}
	for _, r := range rows {
		p.Rows, p.Total = append(p.Rows, r.Grant), r.Total
	}
	return p, nil
}

// Fall is a grant with all that hangs on it, for whoever thinks of taking it back.
type Fall struct {
	Grant  Grant
	Above  *Grant  // the grant that it came from, when the actor sees it
	Grants []Grant // below it, unrevoked
	Posts  []Held  // appointments made under any of them, unrevoked
}

// Grant returns one grant with what hangs on it. It returns NotFound, Forbidden.
func (s *Service) Grant(ctx context.Context, id string) (f Fall, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if f.Grant, err = st.grant(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.GrantsView, policies.Resource{"tenant": f.Grant.TenantID, "holder_id": f.Grant.HolderID}); err != nil {
			return err
		}
		if f.Above, err = st.above(ctx, f.Grant); err != nil {
			return err
		}
		if f.Grants, err = st.grantsBelow(ctx, id); err != nil {
			return err
		}
		f.Posts, err = st.postsBelow(ctx, id)
		return err
	})
	return f, err
}

func (s store) above(ctx context.Context, g Grant) (*Grant, error) {
	if g.ParentTenant == nil || !s.tx.Scope.Over.Contains(*g.ParentTenant) {
		return nil, nil //nolint:nilnil // out of sight is not an error
	}
	p, err := s.grant(ctx, *g.ParentID)
	return &p, err
}

func (s store) grantsBelow(ctx context.Context, id string) (gs []Grant, err error) {
	err = s.tx.NewRaw(below+` select `+grantColumns+` from grants g join tenants t on t.tenant_id = g.tenant_id
		where g.id in (select id from down) and g.id <> ? and g.revoked_at is null order by g.tenant_id, g.tier`, id, id).Scan(ctx, &gs)
	if err != nil {
		return nil, fmt.Errorf("list grants below %s: %w", id, err)
	}
	return gs, nil
}

const heldColumns = `p.tenant_id, t.name as tenant_name, d.id as department_id, d.name as department, p.id as post_id, p.name as post_name, p.state as post_state, p.roles,
	coalesce(a.id::text, '') as appointment_id, coalesce(a.holder_id::text, '') as holder_id, coalesce(a.holder_name, '') as holder_name,
	coalesce(a.from_on::text, '') as from_on, coalesce(a.until_on::text, '') as until_on, coalesce(a.appointed_by, '') as appointed_by,
	a.revoked_at, coalesce(a.revoked_by, '') as revoked_by, coalesce(a.reason, '') as reason`

const heldTables = ` from posts p join departments d on d.tenant_id = p.tenant_id and d.id = p.department_id join tenants t on t.tenant_id = p.tenant_id `

func (s store) postsBelow(ctx context.Context, grant string) (hs []Held, err error) {
	err = s.tx.NewRaw(below+` select `+heldColumns+heldTables+`join appointments a on a.tenant_id = p.tenant_id and a.post_id = p.id
		where a.grant_id in (select id from down) and a.revoked_at is null order by p.tenant_id, d.sort, p.name, a.id limit 500`, grant).Scan(ctx, &hs)
	if err != nil {
		return nil, fmt.Errorf("list posts below %s: %w", grant, err)
	}
	return hs, nil
}

// Staff lists posts and who holds them. It returns Forbidden.
func (s *Service) Staff(ctx context.Context, q StaffQuery) (p Page[Held], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		facts := policies.Resource{"tenant": q.Tenant}
		if err := s.authz.Allow(ctx, policies.StaffView, facts); err != nil {
			return err
		}
		if q.Below && q.Tenant == tx.Scope.Tenant && tx.Scope.Over.Hi > q.Tenant {
			// Colleagues see each other only: ask about somewhere below as well.
			if err := s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": tx.Scope.Over.Hi}); err != nil {
				return err
			}
		}
		p, err = store{tx}.listStaff(ctx, q)
		return err
	})
	return p, err
}

// Post returns one post that the actor sees. It returns NotFound, Forbidden.
func (s *Service) Post(ctx context.Context, id string) (p Post, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p, err = (store{tx}).post(ctx, id, ""); err != nil {
			return err
		}
		return s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": p.TenantID})
	})
	return p, err
}

// Department returns one department that the actor sees. It returns NotFound, Forbidden.
func (s *Service) Department(ctx context.Context, id string) (d Department, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, err = (store{tx}).department(ctx, id, ""); err != nil {
			return err
		}
		return s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": d.TenantID})
	})
	return d, err
}

func (s store) listStaff(ctx context.Context, q StaffQuery) (p Page[Held], err error) {
	limit, offset := bounds(q.Page, q.Size)
	text, day := like(q.Q), dayOf(s.tx.Now)
	join := `left join appointments a on a.tenant_id = p.tenant_id and a.post_id = p.id and a.revoked_at is null and coalesce(a.until_on, 'infinity') >= ?5::date `
	order := `p.tenant_id, d.sort, d.name, p.name, a.from_on, a.id`
	if q.State == "ended" {
		join = `join appointments a on a.tenant_id = p.tenant_id and a.post_id = p.id and (a.revoked_at is not null or a.until_on < ?5::date) `
		order = `coalesce(a.revoked_at, a.until_on) desc, a.id`
	}
	var rows []struct {
		Held
		Total int
	}
	err = s.tx.NewRaw(`select `+heldColumns+`, count(*) over () as total`+heldTables+join+`
		where p.tenant_id between ?0 and (select case when ?1 then hi else tenant_id end from tenants where tenant_id = ?0)
		and (?2 = '' or a.holder_name like ?3 or p.name like ?3 or d.name like ?3 or t.name like ?3) and (?4 = '' or ?4 = any (p.roles))
		and (?6 = 'ended' or p.state = 'open') and (?6 <> 'held' or a.id is not null) and (?6 <> 'vacant' or a.id is null)
		order by `+order+` limit ?7 offset ?8`,
		q.Tenant, q.Below, text, "%"+text+"%", q.Role, day, q.State, limit, offset).Scan(ctx, &rows)
	if err != nil {
		return p, fmt.Errorf("list staff: %w", err)
	}
	for _, r := range rows {
		p.Rows, p.Total = append(p.Rows, r.Held), r.Total
	}
	return p, nil
}

// Appointment returns one appointment, past ones included. It returns NotFound, Forbidden.
func (s *Service) Appointment(ctx context.Context, id string) (h Held, err error) {
	if !isUUID(id) {
		return h, notFound()
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.NewRaw(`select `+heldColumns+heldTables+`join appointments a on a.tenant_id = p.tenant_id and a.post_id = p.id where a.id = ?`, id).Scan(ctx, &h)
		if err != nil {
			return fmt.Errorf("get appointment %s: %w", id, err)
		}
		return s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": h.TenantID})
	})
	return h, err
}
