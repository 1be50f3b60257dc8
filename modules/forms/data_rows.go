package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
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
