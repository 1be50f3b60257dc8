package forms

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// DataQuery asks for submitted forms of the actor's subtree.
type DataQuery struct {
	Page, Size int
	Sort       string // id of a field, or filed_at
	Desc       bool
	Wheres     []Where
	From, To   string // days of filing, both included
	Own        bool   // only of the actor's own tenant
}

// DataPage is one page of rows.
type DataPage struct {
	Version *Version // whose fields the columns are: the newest
	Rows    []Row
	Total   int
}

// Rows lists what was submitted on a form, typed filters and all.
func (s *Service) Rows(ctx context.Context, formID string, q DataQuery) (p DataPage, err error) {
	q.Page, q.Size = max(q.Page, 1), min(or(q.Size, 20), 500)
	err = s.data(ctx, formID, func(ctx context.Context, st store, v *Version) error {
		p.Version = v
		where, args, err := s.wheres(st, v, q)
		if err != nil {
			return err
		}
		table := []any{bun.Ident(dataSchema), bun.Ident(tableName(formID, 0))}
		if err := st.tx.NewRaw(`select count(*) from ?.? d where `+where, append(slices.Clone(table), args...)...).Scan(ctx, &p.Total); err != nil {
			return err
		}
		var ids []string
		args = append(append(table, args...), bun.Safe(order(v, q)), q.Size, (q.Page-1)*q.Size)
		if err := st.tx.NewRaw(`select d.id from ?.? d where `+where+` order by ? limit ? offset ?`, args...).Scan(ctx, &ids); err != nil {
			return err
		}
		p.Rows, err = s.rowsOf(ctx, st, formID, ids)
		return err
	})
	return p, err
}

// data is the road of every question to what was submitted.
func (s *Service) data(ctx context.Context, formID string, do func(context.Context, store, *Version) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		f, err := st.form(ctx, formID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.FormsData, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if f.Published == 0 {
			return fault.New(fault.NotFound, "forms.no_data")
		}
		v, err := s.version(ctx, st, formID, f.Published)
		if err != nil {
			return err
		}
		return do(ctx, st, v)
	})
}

// Row returns one submitted form to those who may see the data.
func (s *Service) Row(ctx context.Context, formID, id string) (r Row, v *Version, err error) {
	if !db.IsID(id) {
		return r, nil, fault.New(fault.NotFound, "not_found")
	}
	err = s.data(ctx, formID, func(ctx context.Context, st store, _ *Version) error {
		if r, err = s.row(ctx, st, formID, id); err != nil {
			return err
		}
		v, err = s.version(ctx, st, formID, r.Number)
		return err
	})
	return r, v, err
}
