package forms

import "fmt"

// Large is a form of 300 fields and 250 conditions, for measuring: 50 numbers that
// must hold a rule, 50 that show on a condition, 50 that are wanted on one and hold
// a rule, 50 that are reckoned, and 100 plain texts.
func Large() Schema {
	s := Schema{Title: "large"}
	add := func(f Field) { f.Label = f.ID; s.Fields = append(s.Fields, f) }
	for i := range 50 {
		n := fmt.Sprintf("n%03d", i)
		add(Field{ID: n, Kind: Number, Required: true, Decimals: 2, Rules: []Rule{{CEL: n + " >= 0", Message: n}}})
		add(Field{ID: fmt.Sprintf("v%03d", i), Kind: Text, Visible: fmt.Sprintf("%s > %d && applicant_kind == \"person\"", n, i)})
		d := fmt.Sprintf("d%03d", i)
		add(Field{ID: d, Kind: Date, RequiredWhen: n + " > 10", Rules: []Rule{{CEL: "years(" + d + ", today) < 200", Message: d}}})
		sum := n
		if i > 0 {
			sum = fmt.Sprintf("c%03d + %s", i-1, n)
		}
		add(Field{ID: fmt.Sprintf("c%03d", i), Kind: Number, Decimals: 2, Compute: sum})
		add(Field{ID: fmt.Sprintf("p%03d", i), Kind: Text, MaxLength: 50})
		add(Field{ID: fmt.Sprintf("q%03d", i), Kind: Text, MaxLength: 50})
	}
	return s
}

// LargeValues fill the whole of Large in, without a mistake.
func LargeValues() Values {
	out := Values{}
	for i := range 50 {
		out[fmt.Sprintf("n%03d", i)] = fmt.Sprint(i + 20)
		out[fmt.Sprintf("v%03d", i)] = "text"
		out[fmt.Sprintf("d%03d", i)] = "2001-02-03"
		out[fmt.Sprintf("p%03d", i)] = "text"
		out[fmt.Sprintf("q%03d", i)] = "text"
	}
	return out
}

// Weight counts the fields of a schema that hold a value, and its expressions.
func (s Schema) Weight() (fields, conditions int) {
	s.Walk(func(f *Field, _ []*Field) bool {
		if f.Kind.Holds() {
			fields++
		}
		for _, e := range []string{f.Visible, f.RequiredWhen, f.Compute} {
			if e != "" {
				conditions++
			}
		}
		conditions += len(f.Rules)
		return true
	})
	return fields, conditions + len(s.Rules)
}
