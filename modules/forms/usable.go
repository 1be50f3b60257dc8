package forms

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"liandong/tenancy/db"
)

// Usable lists the forms in use of the actor's tenant and of those above it, which
// its items may have applicants fill in, by title.
func (s *Service) Usable(ctx context.Context) (out []Form, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select `+formColumns+`, t.name as owner_name from forms f join tenants t on t.tenant_id = f.tenant_id
			where f.state = ? and f.published > 0 and f.tenant_id in (?) order by f.title, f.id limit 500`, Published, bun.List(append(slices.Clone(tx.Scope.Ancestors), tx.Scope.Tenant))).Scan(ctx, &out)
	})
	return out, err
}

// Concerned is a form in use that a text may reach.
type Concerned struct {
	Form

	Names bool // the text stands in it: in a title, a help, a rule
}

// Concerned lists the forms in use that the scope sees whose newest version says
// text somewhere, and those with the given ids, by title.
func (s *Service) Concerned(ctx context.Context, tx *db.Tx, text string, ids []string) (out []Concerned, err error) {
	err = tx.NewRaw(`select `+formColumns+`, t.name as owner_name, strpos(v.schema::text, ?) > 0 as names from forms f
		join tenants t on t.tenant_id = f.tenant_id join form_versions v on v.tenant_id = f.tenant_id and v.form_id = f.id and v.number = f.published
		where f.state = ? and (strpos(v.schema::text, ?) > 0 or f.id::text in (?)) order by f.title, f.id limit 500`, text, Published, text, bun.List(append([]string{""}, ids...))).Scan(ctx, &out)
	return out, err
}

// VersionIn is Version inside a transaction of the caller's.
func (s *Service) VersionIn(ctx context.Context, tx *db.Tx, id string, number int) (*Version, error) {
	return s.version(ctx, store{tx}, id, number)
}

// Named lists the fields of a form that hold a value, in document order; cells of
// rows are not among them.
func (c *Compiled) Named() (out []*Field) {
	for _, n := range c.nodes {
		if n.table == nil && n.f.Kind.Holds() {
			out = append(out, n.f)
		}
	}
	return out
}
