package forms

import (
	"fmt"
	"strings"
)

// Mapping (数据库映射) says in which column of which table each field of a version lies.
type Mapping struct {
	Columns []Column `json:"columns"`
	Tables  []Part   `json:"tables,omitempty"` // of repeating rows
}

// Part is the table of a field of repeating rows.
type Part struct {
	Field   string   `json:"field"`
	Number  int      `json:"number"`
	Columns []Column `json:"columns"`
}

// Column (列) is where a field lies.
type Column struct {
	Field  string `json:"field"`
	Kind   Kind   `json:"kind"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Sealed bool   `json:"sealed,omitempty"` // encrypted; Name+"_bx" finds equal values
}

// columnType is the type that a field's values have in its table.
func columnType(f *Field) string {
	switch {
	case f.PII:
		return "text"
	case f.Kind == Number || f.Kind == Money:
		return "numeric"
	case f.Kind == Date:
		return "date"
	case f.Kind == Checkbox && f.Multiple():
		return "text[]"
	case f.Kind == Checkbox:
		return "boolean"
	case f.Kind == Address || f.Kind == File || f.Kind == Signature:
		return "jsonb"
	}
	return "text"
}

// mapTo finds the columns of a version. old is where fields lay before; taken are
// the columns that exist, by table number and name. A field whose type changed
// gets a new column beside the old one.
func mapTo(s *Schema, old Mapping, taken map[int]map[string]string) Mapping {
	var m Mapping
	var top []*Field
	parts := map[string]int{}
	most := 0
	for _, p := range old.Tables {
		parts[p.Field] = p.Number
	}
	for n := range taken {
		most = max(most, n)
	}
	s.Walk(func(f *Field, around []*Field) bool {
		if !f.Kind.Holds() || inTable(around) {
			return true
		}
		if f.Kind != Table {
			top = append(top, f)
			return true
		}
		n := parts[f.ID]
		if n == 0 {
			most++
			n = most
		}
		m.Tables = append(m.Tables, Part{Field: f.ID, Number: n, Columns: place(holding(f.Fields), taken[n])})
		return true
	})
	m.Columns = place(top, taken[0])
	return m
}

func holding(fields []Field) (out []*Field) {
	for i := range fields {
		if fields[i].Kind.Holds() {
			out = append(out, &fields[i])
		}
	}
	return out
}

func place(fields []*Field, taken map[string]string) (out []Column) {
	mine := map[string]bool{}
	for _, f := range fields {
		c := Column{Field: f.ID, Kind: f.Kind, Type: columnType(f), Sealed: f.PII}
		for i := 1; ; i++ {
			if c.Name = f.ID; i > 1 {
				c.Name = fmt.Sprintf("%s_%d", f.ID, i)
			}
			_, blind := taken[c.Name+blindSuffix]
			known, there := taken[c.Name]
			if !mine[c.Name] && (!there || known == c.Type && blind == c.Sealed) {
				break
			}
		}
		mine[c.Name] = true
		if c.Sealed {
			mine[c.Name+blindSuffix] = true
		}
		out = append(out, c)
	}
	return out
}

// blindSuffix ends the name of a column that holds blind indexes.
const blindSuffix = "_bx"

// wanted lists names and types as form_table takes them.
func wanted(columns []Column) map[string]string {
	out := map[string]string{}
	for _, c := range columns {
		out[c.Name] = c.Type
		if c.Sealed {
			out[c.Name+blindSuffix] = "text"
		}
	}
	return out
}

// tableName is the table of a form: part 0 is the form itself.
func tableName(formID string, part int) string {
	name := "f_" + strings.ReplaceAll(formID, "-", "")
	if part > 0 {
		name = fmt.Sprintf("%s_r%d", name, part)
	}
	return name
}

// Table is the full name of a form's own table.
func (v *Version) Table() string { return dataSchema + "." + tableName(v.FormID, 0) }

const dataSchema = "formdata"
