package kit

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// IdemFieldName is the hidden field that makes a repeated submit harmless.
const IdemFieldName = "idem"

// FormValues is what the visitor typed plus what is wrong with it, so that a
// refused form comes back as it was. The zero value is an empty form.
type FormValues struct {
	values url.Values
	errs   map[string]string // field name → catalogue key
	texts  map[string]string // field name → sentence, when no key fits
	idem   string
}

// ParseForm reads the body of r: urlencoded or multipart (files stay with r).
func ParseForm(r *http.Request) (FormValues, error) {
	err := r.ParseMultipartForm(8 << 20)
	if err != nil && err != http.ErrNotMultipart { //nolint:errorlint // ParseMultipartForm documents this very value
		return FormValues{}, fault.New(fault.Invalid, "form_unreadable").Because(err)
	}
	return FormValues{values: r.PostForm, errs: map[string]string{}, idem: r.PostForm.Get(IdemFieldName)}, nil
}

// NewForm starts a form from stored values.
func NewForm(values map[string]string) FormValues {
	v := url.Values{}
	for k, s := range values {
		v.Set(k, s)
	}
	return FormValues{values: v}
}

// Clone returns a form of its own with the same values and blames.
func (v FormValues) Clone() FormValues {
	values := url.Values{}
	for k, all := range v.values {
		values[k] = slices.Clone(all)
	}
	v.values, v.errs, v.texts = values, maps.Clone(v.errs), maps.Clone(v.texts)
	return v
}

// Get returns the first value of a field, with surrounding space cut.
func (v FormValues) Get(name string) string { return strings.TrimSpace(v.values.Get(name)) }

// All returns every value of a field.
func (v FormValues) All(name string) []string { return v.values[name] }

// Has reports whether field name carries value.
func (v FormValues) Has(name, value string) bool {
	return slices.Contains(v.values[name], value)
}

// Set changes a value before the form is shown.
func (v *FormValues) Set(name, value string) {
	if v.values == nil {
		v.values = url.Values{}
	}
	v.values.Set(name, value)
}

// Int reads a whole number; an empty field is 0, anything else is blamed.
func (v *FormValues) Int(name string) int {
	s := v.Get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		v.Wrong(name, "not_a_number")
	}
	return n
}

// Bool reports whether a checkbox is ticked.
func (v FormValues) Bool(name string) bool {
	switch v.Get(name) {
	case "1", "on", "true", "yes":
		return true
	}
	return false
}

// Require blames every named field that is empty.
func (v *FormValues) Require(names ...string) {
	for _, n := range names {
		if v.Get(n) == "" {
			v.Wrong(n, "required")
		}
	}
}

// Wrong blames a field with a catalogue key; the first blame stays.
func (v *FormValues) Wrong(name, key string) {
	if v.errs == nil {
		v.errs = map[string]string{}
	}
	if _, ok := v.errs[name]; !ok {
		v.errs[name] = key
	}
}

// WrongText blames a field with a finished sentence (a form rule's own message).
func (v *FormValues) WrongText(name, sentence string) {
	v.Wrong(name, "invalid")
	v.texts = maps.Clone(v.texts)
	if v.texts == nil {
		v.texts = map[string]string{}
	}
	v.texts[name] = sentence
}

// Err returns an Invalid fault when a field was blamed, else nil.
func (v FormValues) Err() error { return fault.InvalidFields(v.errs) }

// Blame takes over the fields of an Invalid fault. It reports whether err was
// one, that is whether the form should be shown again with 422.
func (v *FormValues) Blame(err error) bool {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		return false
	}
	for name, key := range f.Fields {
		v.Wrong(name, key)
	}
	if len(f.Fields) == 0 { // about the form as a whole
		v.Wrong("", f.Text)
		if f.Detail != "" {
			v.WrongText("", f.Detail)
		}
	}
	return true
}

// Failed reports whether anything is wrong.
func (v FormValues) Failed() bool { return len(v.errs) > 0 }

// Error is the message beside a field, "" when it is fine.
func (v FormValues) Error(name string) string {
	if s, ok := v.texts[name]; ok {
		return s
	}
	if key, ok := v.errs[name]; ok {
		return text.T(key)
	}
	return ""
}

// Idem is the idempotency key of this form: the posted one when it is shown
// again, else a new UUID.
func (v FormValues) Idem() string {
	if uuid.Validate(v.idem) == nil {
		return v.idem
	}
	return uuid.NewString()
}

// Posted returns the posted idempotency key, "" when there is none or it is no UUID.
func (v FormValues) Posted() string {
	if uuid.Validate(v.idem) == nil {
		return v.idem
	}
	return ""
}
