package forms

import (
	"encoding/json"
	"slices"

	"liandong/tenancy/fault"
)

// Kind (字段类型) is what a field holds or, for the last four, how it lays out others.
type Kind string

// The kinds of field.
const (
	Text       Kind = "text"
	LongText   Kind = "longtext"
	Number     Kind = "number"
	Money      Kind = "money" // yuan with two decimals
	Date       Kind = "date"  // 2026-03-04
	Select     Kind = "select"
	Radio      Kind = "radio"
	Checkbox   Kind = "checkbox" // with options several of them, without one yes
	Address    Kind = "address"  // a division and what stands below it
	IDNumber   Kind = "id_number"
	CreditCode Kind = "credit_code"
	Phone      Kind = "phone"
	File       Kind = "file"
	Signature  Kind = "signature"
	Table      Kind = "table"   // repeating rows
	Group      Kind = "group"   // a headed part
	Columns    Kind = "columns" // fields side by side
	Note       Kind = "note"    // a text to read
)

// Kinds lists every kind in the order of the palette.
func Kinds() []Kind {
	return []Kind{Text, LongText, Number, Money, Date, Select, Radio, Checkbox, IDNumber, CreditCode, Phone, Address, File, Signature, Table, Group, Columns, Note}
}

// Holds reports whether a field of this kind has a value of its own.
func (k Kind) Holds() bool { return k != Group && k != Columns && k != Note }

// Contains reports whether fields may stand inside a field of this kind.
func (k Kind) Contains() bool { return k == Group || k == Columns || k == Table }

// Chooses reports whether a field of this kind has options.
func (k Kind) Chooses() bool { return k == Select || k == Radio || k == Checkbox }

// Option (选项) is one choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Rule (校验规则) is a CEL expression that must hold, and what to say when it does not.
type Rule struct {
	CEL     string `json:"cel"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"` // of a rule of the whole form: the field to blame
}

// Right (字段权限) is what somebody may do with a field at a step (环节).
type Right string

// The rights; Write is the default.
const (
	Write  Right = "write"
	Read   Right = "read"
	Hidden Right = "hidden"
)

// Field (字段) is one field of a form. Its ID is the name of its column and never
// changes once a version was published; its labels may.
type Field struct {
	ID          string   `json:"id"`
	Kind        Kind     `json:"kind"`
	Label       string   `json:"label"`
	Help        string   `json:"help,omitempty"`
	Placeholder string   `json:"placeholder,omitempty"`
	Unit        string   `json:"unit,omitempty"`
	Width       int      `json:"width,omitempty"` // of 12 columns; 0 leaves it to the layout
	Options     []Option `json:"options,omitempty"`
	Codes       string   `json:"codes,omitempty"` // a code list (代码表) instead of options

	Required     bool   `json:"required,omitempty"`
	RequiredWhen string `json:"required_when,omitempty"` // CEL
	Visible      string `json:"visible,omitempty"`       // CEL; empty: always
	Readonly     bool   `json:"readonly,omitempty"`      // its value comes from prefill or stays
	Compute      string `json:"compute,omitempty"`       // CEL; nobody types it
	Rules        []Rule `json:"rules,omitempty"`

	MinLength int      `json:"min_length,omitempty"` // characters
	MaxLength int      `json:"max_length,omitempty"`
	Pattern   string   `json:"pattern,omitempty"` // RE2, of the whole text
	Min       *float64 `json:"min,omitempty"`
	Max       *float64 `json:"max,omitempty"`
	Decimals  int      `json:"decimals,omitempty"` // of a number
	After     string   `json:"after,omitempty"`    // dates: not before this day, or "today"
	Before    string   `json:"before,omitempty"`
	Accept    string   `json:"accept,omitempty"` // files: ".pdf,image/*"
	MaxFiles  int      `json:"max_files,omitempty"`
	MinRows   int      `json:"min_rows,omitempty"`
	MaxRows   int      `json:"max_rows,omitempty"`

	Prefill string           `json:"prefill,omitempty"` // where the first value comes from: person.name …
	Element string           `json:"element,omitempty"` // internal identifier of a data element (数据元)
	PII     bool             `json:"pii,omitempty"`     // sealed at rest, masked in display
	Rights  map[string]Right `json:"rights,omitempty"`  // by kind of step; missing: Write while nothing else is known of the step

	Fields []Field `json:"fields,omitempty"` // of a group, columns or table
}

// Multiple reports whether a checkbox holds several values.
func (f *Field) Multiple() bool { return f.Kind == Checkbox && (len(f.Options) > 0 || f.Codes != "") }

// Schema (表单结构) is a whole form.
type Schema struct {
	Title  string  `json:"title"`
	Intro  string  `json:"intro,omitempty"`
	Fields []Field `json:"fields"`
	Rules  []Rule  `json:"rules,omitempty"` // about more than one field
	Union  *Union  `json:"union,omitempty"` // of a united form (一表制): how it came about
}

// Bounds of one form.
const (
	MaxFields = 600
	MaxDepth  = 4
	maxSchema = 1 << 20 // bytes of JSON
	hardRows  = 200     // of any table
)

// ParseSchema reads a schema from JSON, as Export writes it; Invalid when it is none.
func ParseSchema(data []byte) (s Schema, err error) {
	if len(data) > maxSchema {
		return s, fault.New(fault.Invalid, "forms.schema_too_large")
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fault.New(fault.Invalid, "forms.schema_unreadable").Because(err)
	}
	return s, nil
}

// Clone copies a schema, so that changing one leaves the other.
func (s Schema) Clone() Schema {
	data, err := json.Marshal(s)
	if err != nil {
		return s // a Schema always encodes: it is made of strings, numbers and lists
	}
	var c Schema
	_ = json.Unmarshal(data, &c)
	return c
}

// Walk calls see for every field in document order, with the fields around it,
// outermost first. It stops when see returns false.
func (s *Schema) Walk(see func(f *Field, around []*Field) bool) { walk(s.Fields, nil, see) }

func walk(fields []Field, around []*Field, see func(*Field, []*Field) bool) bool {
	for i := range fields {
		f := &fields[i]
		if !see(f, around) || !walk(f.Fields, append(slices.Clip(around), f), see) {
			return false
		}
	}
	return true
}

// Find returns the field of an id, nil when there is none.
func (s *Schema) Find(id string) (found *Field) {
	s.Walk(func(f *Field, _ []*Field) bool {
		if f.ID == id {
			found = f
		}
		return found == nil
	})
	return found
}

// Count is how many fields there are, layout included.
func (s *Schema) Count() (n int) {
	s.Walk(func(*Field, []*Field) bool { n++; return true })
	return n
}
