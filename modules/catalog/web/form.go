package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy/idcode"
)

// form is the editor as it is shown: what was typed, and the flow as it reads now.
type form struct {
	kit.FormValues

	list   string            // catalog.BasicList or catalog.ImplementingList
	multi  map[string]string // values of check boxes by field, joined with commas
	sketch Sketch
	saved  []difference   // after a conflict: what was typed beside what somebody saved
	itemID string         // empty for a new item
	number int            // of the version
	book   *codes.Book    // in which the codes are offered
	base   catalog.Body   // as it was stored: what the editor does not show stays
	entry  *catalog.Entry // of the basic list, that fixes some of the elements

	files    bool              // there is somebody who keeps files
	eforms   []kit.Option      // the forms that applicants may fill in; nil: nobody keeps any
	findings []catalog.Finding // what the rules say of the stored draft
	laws     *library
	one      United   // the one form (一表制) of a theme as it was stored
	try      []string // choices of the trial
}

// fromPost reads the form as it was typed, upon what was stored.
func fromPost(r *http.Request) (*form, error) {
	v, err := kit.ParseForm(r)
	if err != nil {
		return nil, err
	}
	f := &form{FormValues: v, list: catalog.ImplementingList, multi: map[string]string{}, try: tried(r), book: codes.From(r.Context())}
	if v.Get("list") == catalog.BasicList {
		f.list = catalog.BasicList
	}
	for _, c := range catalog.Columns() {
		if c.Many {
			f.multi[c.Key] = strings.Join(v.All(c.Key), ",")
		}
	}
	for name := range r.PostForm {
		if ticked(name) {
			f.Set(name, strings.Join(v.All(name), "\n"))
		}
	}
	f.renamed()
	return f, nil
}

// tried are the answers of the trial: one field for each question.
func tried(r *http.Request) (ids []string) {
	for name, values := range r.PostForm {
		if strings.HasPrefix(name, "try.") {
			ids = append(ids, values...)
		}
	}
	return ids
}

// ticked reports whether a field of the designer holds several values.
func ticked(name string) bool {
	return strings.HasSuffix(name, ".m") || strings.HasSuffix(name, ".f") || strings.HasSuffix(name, ".when")
}

// fromBody fills the form with a stored version of a list.
func fromBody(list string, b catalog.Body) *form {
	f := &form{list: list, multi: map[string]string{}, base: b, book: b.Book()}
	values := map[string]string{}
	for _, c := range catalog.Columns() {
		switch v := b.Value(c.Key).(type) {
		case *string:
			values[c.Key] = *v
		case *int:
			values[c.Key] = count(*v)
		case *bool:
			values[c.Key] = map[bool]string{true: "1"}[*v]
		case *[]string:
			if c.Many {
				f.multi[c.Key] = strings.Join(*v, ",")
			} else {
				values[c.Key] = strings.Join(*v, glue(c))
			}
		}
	}
	for key := range f.multi { // boxes take theirs from multi
		delete(values, key)
	}
	values["onsite_times"] = strconv.Itoa(b.OnsiteTimes)
	values["result_sample"] = b.ResultSample
	values["eform"] = b.EForm.Key()
	values["local_codes"] = spellLocal(b.LocalCodes)
	f.FormValues = kit.NewForm(values)
	f.fillRows(b)
	f.setHandlings(b.Handlings)
	f.setSituations(b.Situations)
	return f
}

// glue stands between texts that are typed into one field.
func glue(c catalog.Column) string {
	if c.Key == "keywords" {
		return " "
	}
	return "\n"
}

func (f *form) fillRows(b catalog.Body) {
	var laws, materials, questions, fees, specials [][]string
	for _, l := range b.LegalBasis {
		laws = append(laws, []string{l.Law, l.Article, l.Text})
	}
	for _, m := range b.Materials {
		materials = append(materials, []string{m.Name, m.Need, m.Source, m.Form, count(m.Copies), m.Note, m.Type, count(m.Originals), m.Spec, m.Issuer, m.Acceptance, m.Basis, m.Blank, m.Sample, m.Name, m.Code})
	}
	for _, q := range b.Questions {
		questions = append(questions, []string{q.Q, q.A})
	}
	for _, x := range b.Fees {
		fees = append(fees, []string{x.Name, x.Standard, x.Basis, yes(x.Reducible), x.Reduction, x.Name})
	}
	for _, p := range b.Specials {
		specials = append(specials, []string{p.Name, p.Kind, count(p.Days), p.Basis, yes(p.Charged), yes(p.Counted)})
	}
	feeRows().write(&f.FormValues, fees)
	lawRows().write(&f.FormValues, laws)
	materialRows().write(&f.FormValues, materials)
	questionRows().write(&f.FormValues, questions)
	specialRows().write(&f.FormValues, specials)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// body decodes what was typed; what is no number is blamed on the form. What the
// editor does not show, for the list or the kind has it not, stays as it was.
func (f *form) body() catalog.Body {
	b := f.base
	for _, c := range catalog.Columns() {
		if c.On(f.list, f.Get("type")) {
			f.read(&b, c)
		}
	}
	b.OrganCode = idcode.Canonical(b.OrganCode)
	b.LocalCodes = readLocal(f.book, f.Get("local_codes"))
	b.LegalBasis = f.lawRows()
	if f.list == catalog.BasicList {
		return b
	}
	b.ResultSample = f.Get("result_sample")
	f.readForm(&b)
	b.Materials, b.Fees, b.Specials, b.Questions = f.materials(), f.fees(), f.specials(), nil
	for _, r := range questionRows().compact(&f.FormValues) {
		b.Questions = append(b.Questions, catalog.Question{Q: r[0], A: r[1]})
	}
	b.Handlings, b.Situations = f.designed(b)
	return b
}

// read takes over one element that is a single field.
func (f *form) read(b *catalog.Body, c catalog.Column) {
	switch v := b.Value(c.Key).(type) {
	case *string:
		*v = strings.ReplaceAll(f.Get(c.Key), "\r\n", "\n")
	case *int:
		*v = f.Int(c.Key)
	case *bool:
		*v = f.Bool(c.Key)
	case *[]string:
		switch {
		case c.Many:
			*v = f.chosen(c.Key)
		case c.Key == "keywords":
			*v = strings.FieldsFunc(f.Get(c.Key), separator)
		default:
			*v = lines(f.Get(c.Key))
		}
	}
}

func (f *form) lawRows() (out []catalog.LegalBasis) {
	for _, r := range lawRows().compact(&f.FormValues) {
		out = append(out, catalog.LegalBasis{Law: r[0], Article: r[1], Text: r[2]})
	}
	return out
}

func (f *form) materials() (out []catalog.Material) {
	for i, r := range materialRows().compact(&f.FormValues) {
		keys := materialRows().keys(i)
		out = append(out, catalog.Material{
			Name: r[0], Need: r[1], Source: r[2], Form: r[3], Copies: f.Int(keys[4]), Note: r[5],
			Type: r[6], Originals: f.Int(keys[7]), Spec: r[8], Issuer: r[9], Acceptance: r[10], Basis: r[11], Blank: r[12], Sample: r[13], Code: r[15],
		})
	}
	return out
}

func (f *form) fees() (out []catalog.Fee) {
	for _, r := range feeRows().compact(&f.FormValues) {
		out = append(out, catalog.Fee{Name: r[0], Standard: r[1], Basis: r[2], Reducible: r[3] == "1", Reduction: r[4]})
	}
	return out
}

func (f *form) specials() (out []catalog.Special) {
	for i, r := range specialRows().compact(&f.FormValues) {
		out = append(out, catalog.Special{Name: r[0], Kind: r[1], Days: f.Int(specialRows().keys(i)[2]), Basis: r[3], Charged: r[4] == "1", Counted: r[5] == "1"})
	}
	return out
}

// compact closes the gaps that empty rows leave, so that a blame on row 2 means
// the row that the form shows as row 2.
func (t rows) compact(v *kit.FormValues) [][]string {
	all := t.all(*v)
	t.write(v, all)
	return all
}

// chosen are the boxes of a field that are ticked.
func (f *form) chosen(name string) []string {
	return slices.DeleteFunc(strings.Split(f.multi[name], ","), func(s string) bool { return s == "" })
}

func lines(s string) []string {
	return slices.DeleteFunc(trimmed(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })), func(s string) bool { return s == "" })
}

func trimmed(ss []string) []string {
	for i, s := range ss {
		ss[i] = strings.TrimSpace(s)
	}
	return ss
}

// spellLocal writes local codes, one a line, with their scheme.
func spellLocal(all []catalog.LocalCode) string {
	out := make([]string, len(all))
	for i, l := range all {
		out[i] = l.System + ":" + l.Code
	}
	return strings.Join(out, "\n")
}

// readLocal reads what spellLocal wrote; who names no scheme means her own.
func readLocal(k *codes.Book, s string) (out []catalog.LocalCode) {
	for _, line := range trimmed(lines(s)) {
		l := catalog.LocalCode{System: "local", Code: line}
		if system, code, ok := strings.Cut(line, ":"); ok {
			if _, known := k.Get(codes.Scheme, system); known {
				l = catalog.LocalCode{System: system, Code: strings.TrimSpace(code)}
			}
		}
		out = append(out, l)
	}
	return out
}

// separator divides keywords as people type them.
func separator(r rune) bool {
	switch r {
	case ' ', ',', ';', '\u3000', '\u3001', '\uff0c', '\uff1b', '\n', '\r', '\t':
		return true
	}
	return false
}
