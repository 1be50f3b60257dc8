package kit

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// FieldType is the kind of control a field is.
type FieldType string

// The kinds of control. Text is the default.
const (
	Text       FieldType = "text"
	Number     FieldType = "number"
	Date       FieldType = "date"
	DateTime   FieldType = "datetime-local"
	Time       FieldType = "time"
	Email      FieldType = "email"
	Tel        FieldType = "tel"
	URL        FieldType = "url"
	Search     FieldType = "search"
	Password   FieldType = "password" // never shown again
	Money      FieldType = "money"    // yuan; read it with FormValues.Fen
	Textarea   FieldType = "textarea"
	Select     FieldType = "select"
	Radio      FieldType = "radio"
	Checkbox   FieldType = "checkbox"   // one box, value "1"
	Checkboxes FieldType = "checkboxes" // several values under one name
	File       FieldType = "file"
	Hidden     FieldType = "hidden"
)

// Option is one choice of a Select, Radio or Checkboxes.
type Option struct {
	Value, Label string
	Help         string
	Disabled     bool
}

// F describes one form field. Its value and error come from FormValues.
type F struct {
	Name        string
	Label       string
	Type        FieldType
	Required    bool
	Help        string
	Placeholder string
	Value       string // shown when the form carries none
	Options     []Option
	Unit        string // after the control: 平方米, 个工作日
	Full        bool   // takes the whole row
	Disabled    bool
	ReadOnly    bool
	NoEmpty     bool // a Select without 请选择
	Multiple    bool
	Accept      string // File: ".pdf,image/*"
	Min, Max    string
	MaxLength   int
	Rows        int
	Autofill    string // autocomplete token: name, tel, one-time-code
	Autofocus   bool
	ID          string           // defaults to f-<name>
	Attrs       templ.Attributes // hx-get, hx-trigger …
}

func (f F) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "", " ", "-").Replace(f.Name)
}

// long reports whether the choices are so many and so wide that they are read in columns.
func (f F) long() bool {
	wide := slices.ContainsFunc(f.Options, func(o Option) bool { return utf8.RuneCountInString(o.Label) > 14 })
	return wide && len(f.Options) > 6
}

func (f F) value(v FormValues) string {
	if _, ok := v.values[f.Name]; ok {
		return v.Get(f.Name)
	}
	return f.Value
}

func (f F) chosen(v FormValues, value string) bool {
	if _, ok := v.values[f.Name]; ok {
		return v.Has(f.Name, value)
	}
	if f.Type == Checkboxes {
		return slices.Contains(strings.Split(f.Value, ","), value)
	}
	return f.Value == value
}

func (f F) rows() int { return max(f.Rows, 3) }

func (f F) inputType() string {
	if f.Type == "" {
		return string(Text)
	}
	return string(f.Type)
}

func (f F) describedBy(v FormValues) string {
	var ids []string
	if v.Error(f.Name) != "" {
		ids = append(ids, f.id()+"-error")
	}
	if f.Help != "" {
		ids = append(ids, f.id()+"-help")
	}
	return strings.Join(ids, " ")
}

func (f F) aria(v FormValues) templ.Attributes {
	a := templ.Attributes{}
	if d := f.describedBy(v); d != "" && f.Type != Radio && f.Type != Checkboxes {
		a["aria-describedby"] = d
	}
	if v.Error(f.Name) != "" {
		a["aria-invalid"] = "true"
	}
	maps.Copy(a, f.Attrs)
	return a
}

// common is what every single control carries.
func (f F) common(v FormValues) templ.Attributes {
	a := f.aria(v)
	a["id"], a["name"] = f.id(), f.Name
	a["required"], a["disabled"], a["readonly"], a["autofocus"] = f.Required, f.Disabled, f.ReadOnly, f.Autofocus
	for k, s := range map[string]string{"placeholder": f.Placeholder, "min": f.Min, "max": f.Max, "autocomplete": f.Autofill} {
		if s != "" && (k != "placeholder" || f.Type != Select) {
			a[k] = s
		}
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.Type == Number {
		a["inputmode"], a["step"] = "decimal", "any"
	}
	return a
}

func (b B) class() string {
	c := "btn"
	if b.Variant != "" {
		c += " btn-" + b.Variant
	}
	if b.Small {
		c += " btn-sm"
	}
	return c
}

func (c Confirm) id() string {
	if c.ID != "" {
		return c.ID
	}
	return "dlg" + strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-", ".", "-").Replace(c.Action) + c.Hidden["id"]
}

func formMethod(f FormProps) string {
	if f.Get {
		return "get"
	}
	return "post"
}

// Confirmed reports whether the visitor has said yes to c. When not, it has
// answered with a page that asks; the handler then returns the error as it is.
//
//	if ok, err := shell.Confirmed(w, r, c); !ok {
//		return err
//	}
func (s Shell) Confirmed(w http.ResponseWriter, r *http.Request, c Confirm) (bool, error) {
	if r.PostFormValue("confirmed") == "1" {
		return true, nil
	}
	c.Cancel = or(c.Cancel, backPath(r))
	return false, s.Page(w, r, http.StatusOK, Page{Title: c.Title, Content: ConfirmPage(c, r.PostFormValue(IdemFieldName))})
}
