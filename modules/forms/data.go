package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Row (填报数据) is one submitted form.
type Row struct {
	TenantID   tenancy.ID
	TenantName string
	ID         string
	Subject    string // whose it is; empty: nobody's
	Number     int    // of the version it was filled in on
	Ref        string
	FiledAt    time.Time
	FiledName  string
	Values     Values // sealed values opened; show them with Masked
}

// Op compares a field with a value.
type Op string

// The comparisons. Sealed fields know only Is.
const (
	Is        Op = "is"
	Has       Op = "has" // part of a text, one of several choices
	AtLeast   Op = "min"
	AtMost    Op = "max"
	maxWheres    = 20
)

// Where is one condition on a field.
type Where struct {
	Field string
	Op    Op
	Value string
}

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

// column finds where a field of the form lies.
func (m Mapping) column(field string) (Column, bool) {
	i := slices.IndexFunc(m.Columns, func(c Column) bool { return c.Field == field })
	if i < 0 {
		return Column{}, false
	}
	return m.Columns[i], true
}

func quoted(name string) string { return `d."` + name + `"` } // names come from mappings alone, which are [a-z0-9_]

func order(v *Version, q DataQuery) string {
	dir := " asc"
	if q.Desc {
		dir = " desc"
	}
	if c, ok := v.Mapping.column(q.Sort); ok && !c.Sealed && c.Type != "jsonb" {
		return quoted(c.Name) + dir + " nulls last, d.id"
	}
	return "d.filed_at" + dir + ", d.id"
}

func (s *Service) wheres(st store, v *Version, q DataQuery) (string, []any, error) {
	parts, args := []string{"true"}, []any{}
	add := func(sql string, values ...any) { parts, args = append(parts, sql), append(args, values...) }
	if q.Own {
		add("d.tenant_id = ?", st.tx.Scope.Tenant)
	}
	for _, bound := range []struct {
		day, sql string
		add      int
	}{{q.From, "d.filed_at >= ?", 0}, {q.To, "d.filed_at < ?", 1}} {
		if bound.day == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, bound.day, calendar.Zone())
		if err != nil {
			return "", nil, fault.InvalidField("from", "forms.not_a_date")
		}
		add(bound.sql, t.AddDate(0, 0, bound.add))
	}
	for i, w := range q.Wheres {
		c, ok := v.Mapping.column(w.Field)
		if !ok || w.Value == "" || i >= maxWheres {
			continue
		}
		sql, arg, err := s.where(v, c, w)
		if err != nil {
			return "", nil, err
		}
		add(sql, arg)
	}
	return strings.Join(parts, " and "), args, nil
}

func (s *Service) where(v *Version, c Column, w Where) (string, any, error) {
	name := quoted(c.Name)
	if c.Sealed {
		value, _ := normal(v.byID[c.Field].f, w.Value, "")
		return `d."` + c.Name + blindSuffix + `" = ?`, s.asks.Sealer.Blind(blindData, blindText(value)), nil
	}
	bad := fault.InvalidField(w.Field, "forms.bad_filter")
	switch c.Type {
	case "numeric":
		n, b := normalNumber(&Field{Kind: Number, Decimals: 6}, w.Value)
		x, ok := n.(float64)
		if b != nil || !ok {
			return "", nil, bad
		}
		return name + comparison(w.Op) + "?::numeric", show(x), nil
	case "date":
		if b := checkDate(&Field{}, w.Value, ""); b != nil {
			return "", nil, bad
		}
		return name + comparison(w.Op) + "?::date", w.Value, nil
	case "boolean":
		return name + " is not distinct from ?", w.Value == "1" || w.Value == "true", nil
	case "text[]":
		return "? = any (" + name + ")", w.Value, nil
	case "jsonb":
		return "strpos(" + name + "::text, ?) > 0", w.Value, nil
	}
	if w.Op == Has {
		return "strpos(" + name + ", ?) > 0", w.Value, nil
	}
	return name + " = ?", w.Value, nil
}

func comparison(op Op) string {
	switch op {
	case AtLeast:
		return " >= "
	case AtMost:
		return " <= "
	case Is, Has:
	}
	return " = "
}

func (s *Service) row(ctx context.Context, st store, formID, id string) (Row, error) {
	out, err := s.rowsOf(ctx, st, formID, []string{id})
	if err == nil && len(out) == 0 {
		err = fault.New(fault.NotFound, "not_found")
	}
	if err != nil {
		return Row{}, err
	}
	return out[0], nil
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

// rowsOf reads rows in the order of ids, each by the mapping of its own version.
func (s *Service) rowsOf(ctx context.Context, st store, formID string, ids []string) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	raw, err := st.jsonRows(ctx, tableName(formID, 0), "id", ids)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Row{}
	versions := map[int]*Version{}
	for _, cells := range raw {
		r, err := s.readRow(ctx, st, formID, cells, versions)
		if err != nil {
			return nil, err
		}
		byID[r.ID] = r
	}
	if err := s.addTables(ctx, st, formID, ids, byID, versions); err != nil {
		return nil, err
	}
	var out []Row
	for _, id := range ids {
		if r := byID[id]; r != nil {
			out = append(out, *r)
		}
	}
	return out, st.nameTenants(ctx, out)
}

func (s store) jsonRows(ctx context.Context, table, key string, ids []string) (out []map[string]any, err error) {
	var found []string
	sort := ""
	if key == "row_of" {
		sort = " order by d.row_of, d.row_no"
	}
	if err := s.tx.NewRaw(`select to_jsonb(d)::text from ?.? d where d.? in (?)`+sort, bun.Ident(dataSchema), bun.Ident(table), bun.Ident(key), bun.List(ids)).Scan(ctx, &found); err != nil {
		return nil, err
	}
	for _, f := range found {
		var m map[string]any
		if err := json.Unmarshal([]byte(f), &m); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (s store) nameTenants(ctx context.Context, list []Row) error {
	names := map[tenancy.ID]string{}
	for i := range list {
		id := list[i].TenantID
		if _, ok := names[id]; !ok {
			var name string
			if err := s.tx.NewRaw(`select name from tenants where tenant_id = ?`, id).Scan(ctx, &name); err != nil {
				return err
			}
			names[id] = name
		}
		list[i].TenantName = names[id]
	}
	return nil
}

func (s *Service) readRow(ctx context.Context, st store, formID string, cells map[string]any, versions map[int]*Version) (*Row, error) {
	r := &Row{ID: text(cells["id"]), Subject: text(cells["subject"]), Ref: text(cells["ref"]), FiledName: text(cells["filed_name"]), Values: Values{}}
	if n, ok := cells["tenant_id"].(float64); ok {
		r.TenantID = tenancy.ID(n)
	}
	if n, ok := cells["form_version"].(float64); ok {
		r.Number = int(n)
	}
	var err error
	if r.FiledAt, err = time.Parse(time.RFC3339Nano, text(cells["filed_at"])); err != nil {
		return nil, fmt.Errorf("row %s: %w", r.ID, err)
	}
	if versions[r.Number] == nil {
		if versions[r.Number], err = s.version(ctx, st, formID, r.Number); err != nil {
			return nil, err
		}
	}
	v := versions[r.Number]
	return r, s.readCells(v, v.Mapping.Columns, cells, r.Values)
}

func (s *Service) readCells(v *Version, columns []Column, cells, into map[string]any) error {
	for _, c := range columns {
		raw := cells[c.Name]
		if raw == nil {
			continue
		}
		if c.Sealed {
			var err error
			if raw, err = s.decodeSealed(text(raw)); err != nil {
				return err
			}
		}
		if value, _ := normal(v.byID[c.Field].f, raw, ""); value != nil {
			into[c.Field] = value
		}
	}
	return nil
}

func (s *Service) addTables(ctx context.Context, st store, formID string, ids []string, byID map[string]*Row, versions map[int]*Version) error {
	parts := map[int]bool{}
	for _, v := range versions {
		for _, p := range v.Mapping.Tables {
			parts[p.Number] = true
		}
	}
	for n := range parts {
		raw, err := st.jsonRows(ctx, tableName(formID, n), "row_of", ids)
		if err != nil {
			return err
		}
		for _, cells := range raw {
			r := byID[text(cells["row_of"])]
			if r == nil {
				continue
			}
			v := versions[r.Number]
			for _, p := range v.Mapping.Tables {
				if p.Number != n {
					continue
				}
				values := map[string]any{}
				if err := s.readCells(v, p.Columns, cells, values); err != nil {
					return err
				}
				r.Values[p.Field] = append(rows(r.Values[p.Field]), values)
			}
		}
	}
	return nil
}
