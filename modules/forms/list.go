package forms

import (
	"context"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Query asks for forms that the actor may see: of her subtree, and published above.
type Query struct {
	Page, Size int
	Sort       string // title, state, published, updated
	Desc       bool
	Text       string // part of the title
	State      State
	Own        bool // only of her own tenant
}

// Line is a form in a list.
type Line struct {
	Form
	Drafts int // open, in scope
}

// Page is one page of forms.
type Page struct {
	Rows  []Line
	Total int
}

// List lists forms.
func (s *Service) List(ctx context.Context, q Query) (p Page, err error) {
	q.Page, q.Size = max(q.Page, 1), min(or(q.Size, 20), 100)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.list(ctx, q)
		return err
	})
	return p, err
}

func (s store) list(ctx context.Context, q Query) (p Page, err error) {
	own := tenancy.ID(-1)
	if q.Own {
		own = s.tx.Scope.Tenant
	}
	const from = ` from forms f join tenants t on t.tenant_id = f.tenant_id
		where (? = '' or strpos(f.title, ?) > 0) and (? = '' or f.state = ?) and (? < 0 or f.tenant_id = ?)`
	args := []any{q.Text, q.Text, q.State, q.State, own, own}
	if err := s.tx.NewRaw(`select count(*)`+from, args...).Scan(ctx, &p.Total); err != nil {
		return p, err
	}
	by := map[string]string{"title": "f.title", "state": "f.state", "published": "f.published", "updated": "f.updated_at"}[q.Sort]
	if by == "" {
		by, q.Desc = "f.updated_at", true
	}
	if q.Desc {
		by += " desc"
	}
	args = append(args, bun.Safe(by), q.Size, (q.Page-1)*q.Size)
	err = s.tx.NewRaw(`select `+formColumns+`, t.name as owner_name,
		(select count(*) from form_drafts d where d.form_id = f.id and d.state = 'open') as drafts`+from+` order by ?, f.id limit ? offset ?`, args...).Scan(ctx, &p.Rows)
	return p, err
}

// or is n, or what stands for it when it is not given.
func or(n, fallback int) int {
	if n < 1 {
		return fallback
	}
	return n
}
