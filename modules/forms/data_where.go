package forms

import (
	"slices"
	"strings"
	"time"

	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

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
