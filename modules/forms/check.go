package forms

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is why a schema cannot be published.
type Problem struct {
	Field  string // id; empty: the form as a whole
	Label  string
	Where  string // the expression at fault: visible, required_when, compute, rule
	Key    string // of the catalogue
	Detail string // a name, a cycle, or what the CEL compiler says
}

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// reserved are the names that rules and tables use themselves.
func reserved() []string {
	return []string{
		varToday, varApplicant, varStep, varFilled, "tenant_id", "id", "subject", "form_version", "ref", "filed_at", "filed_by", "filed_name", "row_of", "row_no",
		"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
		"count", "length", "sum", "least", "greatest", "round", "days", "years", "birth", "sex", "email",
		"size", "has", "all", "exists", "exists_one", "map", "filter", "matches", "type", "dyn", "int", "uint", "double", "bool", "string", "bytes", "list", "duration", "timestamp",
	}
}

func validID(id string) bool { return idPattern.MatchString(id) && !slices.Contains(reserved(), id) }

// Sources lists where the first value of a field may come from.
func Sources() []string {
	return []string{
		"person.name", "person.id_number", "person.phone", "person.address",
		"enterprise.name", "enterprise.credit_code", "enterprise.legal_person", "enterprise.address", "enterprise.phone",
		"licence.name", "licence.number", "licence.organ", "licence.valid_from", "licence.valid_until", "licence.holder", "licence.scope", "case.last", "agent.name", "agent.phone",
	}
}

// Check finds everything that keeps a schema from being published, in document
// order: names, options, bounds, expressions that do not compile or cost too much,
// and rules that wait for each other.
func Check(s Schema) (problems []Problem) {
	_, compiled := Compile(s)
	return append(checkShape(s), compiled...)
}

func checkShape(s Schema) (ps []Problem) {
	form := func(key, detail string) { ps = append(ps, Problem{Key: "forms." + key, Detail: detail}) }
	if strings.TrimSpace(s.Title) == "" {
		form("no_title", "")
	}
	if s.Count() > MaxFields {
		form("too_many_fields", fmt.Sprint(MaxFields))
	}
	values := false
	seen := map[string]bool{}
	s.Walk(func(f *Field, around []*Field) bool {
		values = values || f.Kind.Holds()
		for _, p := range checkField(f, around) {
			ps = append(ps, Problem{Field: f.ID, Label: f.Label, Key: "forms." + p[0], Detail: p[1]})
		}
		if seen[f.ID] {
			ps = append(ps, Problem{Field: f.ID, Label: f.Label, Key: "forms.id_twice", Detail: f.ID})
		}
		seen[f.ID] = true
		return true
	})
	if !values {
		form("no_fields", "")
	}
	for _, r := range s.Rules {
		if r.Message == "" {
			form("rule_message", "")
		}
		if r.Field != "" && s.Find(r.Field) == nil {
			form("cel_unknown", r.Field)
		}
	}
	return ps
}

type finding = [2]string

func checkField(f *Field, around []*Field) (out []finding) {
	add := func(bad bool, key string, detail ...string) {
		if bad {
			out = append(out, finding{key, strings.Join(detail, "")})
		}
	}
	add(!slices.Contains(Kinds(), f.Kind), "unknown_kind", string(f.Kind))
	add(!validID(f.ID), "bad_id", f.ID)
	add(f.Label == "" && f.Kind != Columns && f.Kind != Note, "no_label")
	add(f.Kind == Note && f.Help == "", "no_note")
	add(len(around) >= MaxDepth, "too_deep")
	add(len(f.Fields) > 0 && !f.Kind.Contains(), "not_a_container")
	add(f.Kind == Table && len(f.Fields) == 0, "empty_table")
	add(!slices.Contains([]int{0, 3, 4, 6, 8, 12}, f.Width), "bad_width")
	for _, a := range around {
		add(a.Kind == Table && !cellKind(f.Kind), "not_in_table")
	}
	out = append(out, checkOptions(f)...)
	return append(out, checkBounds(f)...)
}

// cellKind lists what may stand in a row.
func cellKind(k Kind) bool {
	return slices.Contains([]Kind{Text, LongText, Number, Money, Date, Select, Radio, Checkbox, IDNumber, CreditCode, Phone}, k)
}

func checkOptions(f *Field) (out []finding) {
	if !f.Kind.Chooses() {
		return nil
	}
	if len(f.Options) == 0 && f.Codes == "" && f.Kind != Checkbox {
		return []finding{{"no_options", ""}}
	}
	seen := map[string]bool{}
	for _, o := range f.Options {
		if o.Value == "" || o.Label == "" || utf8.RuneCountInString(o.Value) > 100 {
			out = append(out, finding{"empty_option", o.Label})
		}
		if seen[o.Value] {
			out = append(out, finding{"option_twice", o.Value})
		}
		seen[o.Value] = true
	}
	return out
}

func checkBounds(f *Field) (out []finding) {
	add := func(bad bool, key, detail string) {
		if bad {
			out = append(out, finding{key, detail})
		}
	}
	add(f.Min != nil && f.Max != nil && *f.Min > *f.Max, "bounds", "")
	add(f.MinLength < 0 || f.MaxLength < 0 || f.MaxLength > 0 && f.MinLength > f.MaxLength || f.MaxLength > 10_000, "bounds", "")
	add(f.MinRows < 0 || f.MaxRows < 0 || f.MaxRows > hardRows || f.MaxRows > 0 && f.MinRows > f.MaxRows, "bounds", "")
	add(f.Decimals < 0 || f.Decimals > 6, "bounds", "")
	for _, day := range []string{f.After, f.Before} {
		if day != "" && day != "today" {
			_, err := time.Parse(time.DateOnly, day)
			add(err != nil, "not_a_date", day)
		}
	}
	if f.Pattern != "" {
		_, err := regexp.Compile(f.Pattern)
		add(err != nil, "bad_pattern", f.Pattern)
	}
	add(f.Prefill != "" && !slices.Contains(Sources(), f.Prefill), "unknown_source", f.Prefill)
	for _, r := range f.Rights {
		add(!slices.Contains([]Right{Write, Read, Hidden}, r), "unknown_right", string(r))
	}
	for _, r := range f.Rules {
		add(r.Message == "", "rule_message", "")
	}
	return out
}
