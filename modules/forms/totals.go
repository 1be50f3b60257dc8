package forms

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"liandong/tenancy/fault"
)

// Total (统计) is one group of submitted forms.
type Total struct {
	Group string // a value of the field that was grouped by; empty: none given
	Count int
	Sums  []Figures // in the order of Measures
}

// Figures are the sums of one number over a group.
type Figures struct{ Sum, Avg, Min, Max float64 }

// Totals is an answer to a question of sums.
type Totals struct {
	Version  *Version
	Groups   []Total
	All      Total
	Measures []*Field // the numbers and sums of money of the form
}

// byTenant groups by the tenant that rows lie at.
const byTenant = "tenant"

// Groupable lists the fields that Totals may group by.
func (v *Version) Groupable() (out []*Field) {
	for _, c := range v.Mapping.Columns {
		if c.Sealed {
			continue
		}
		if f := v.byID[c.Field].f; f.Kind.Chooses() || f.Kind == Date || f.Kind == Address {
			out = append(out, f)
		}
	}
	return out
}

// Totals counts what was submitted and sums its numbers, by a field: a choice, a
// date by months, an address by its division, tenant for where it was handed in,
// or nothing. It takes the conditions of a list.
func (s *Service) Totals(ctx context.Context, formID, group string, q DataQuery) (out Totals, err error) {
	err = s.data(ctx, formID, func(ctx context.Context, st store, v *Version) error {
		out = Totals{Version: v}
		var b strings.Builder
		for _, c := range v.Mapping.Columns {
			if c.Type == "numeric" {
				out.Measures = append(out.Measures, v.byID[c.Field].f)
				n := quoted(c.Name)
				b.WriteString(", coalesce(sum(" + n + "), 0)::float8, coalesce(avg(" + n + "), 0)::float8, coalesce(min(" + n + "), 0)::float8, coalesce(max(" + n + "), 0)::float8")
			}
		}
		sums := b.String()
		key, from, ok := grouping(v, group)
		if !ok {
			return fault.New(fault.NotFound, "not_found")
		}
		where, args, err := s.wheres(st, v, q)
		if err != nil {
			return err
		}
		args = append([]any{bun.Ident(dataSchema), bun.Ident(tableName(formID, 0))}, args...)
		all, err := st.totals(ctx, `select ''::text, count(*)`+sums+` from ?.? d where `+where, args, len(out.Measures))
		if err != nil {
			return err
		}
		out.All = all[0]
		if group == "" {
			return nil
		}
		out.Groups, err = st.totals(ctx, `select coalesce(`+key+`, ''), count(*)`+sums+` from ?.? d`+from+` where `+where+` group by 1 order by 2 desc, 1 limit 200`, args, len(out.Measures))
		return err
	})
	return out, err
}

func grouping(v *Version, group string) (key, from string, ok bool) {
	switch group {
	case "":
		return "''", "", true
	case byTenant:
		return "g.name", " join tenants g on g.tenant_id = d.tenant_id", true
	}
	if !slices.ContainsFunc(v.Groupable(), func(f *Field) bool { return f.ID == group }) {
		return "", "", false
	}
	c, _ := v.Mapping.column(group)
	n := quoted(c.Name)
	switch c.Type {
	case "date":
		return "to_char(" + n + ", 'YYYY-MM')", "", true
	case "boolean":
		return n + "::text", "", true
	case "text[]":
		return "g.one", " left join lateral unnest(" + n + ") g (one) on true", true
	case "jsonb":
		return n + "->>'" + Named + "'", "", true
	}
	return n, "", true
}

func (s store) totals(ctx context.Context, query string, args []any, measures int) (out []Total, err error) {
	rows, err := s.tx.QueryContext(ctx, s.tx.NewRaw(query, args...).String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		t := Total{Sums: make([]Figures, measures)}
		into := []any{&t.Group, &t.Count}
		for i := range t.Sums {
			f := &t.Sums[i]
			into = append(into, &f.Sum, &f.Avg, &f.Min, &f.Max)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}
