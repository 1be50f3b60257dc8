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

	multi  map[string]string // values of check boxes by field, joined with commas
	sketch Sketch
	saved  []difference // after a conflict: what was typed beside what somebody saved
	itemID string       // empty for a new item
	number int          // of the version

	findings []catalog.Finding // what the rules say of the stored draft
}

func multiFields() []string {
	return []string{"origin_levels", "audience", "handle_forms", "topics_person", "topics_corp"}
}

// fromPost reads the form as it was typed.
func fromPost(r *http.Request) (*form, error) {
	v, err := kit.ParseForm(r)
	if err != nil {
		return nil, err
	}
	f := &form{FormValues: v, multi: map[string]string{}}
	for _, name := range multiFields() {
		f.multi[name] = strings.Join(v.All(name), ",")
	}
	return f, nil
}

// fromBody fills the form with a stored version.
func fromBody(b catalog.Body) *form {
	f := &form{multi: map[string]string{
		"origin_levels": strings.Join(b.Origins, ","), "audience": strings.Join(b.Audience, ","), "handle_forms": strings.Join(b.Forms, ","),
		"topics_person": strings.Join(b.TopicsPerson, ","), "topics_corp": strings.Join(b.TopicsLegal, ","),
	}}
	f.FormValues = kit.NewForm(map[string]string{
		"name": b.Name, "basic_code": b.BasicCode, "type": b.Kind, "level": b.Level, "department": b.Department,
		"statutory_days": count(b.StatutoryDays), "promised_days": count(b.PromisedDays), "project_type": b.ProjectType,
		"conditions": strings.Join(b.Conditions, "\n"), "result_type": b.Result.Type, "result_name": b.Result.Name,
		"keywords": strings.Join(b.Keywords, " "), "onsite_times": strconv.Itoa(b.OnsiteTimes),
		"organ_code": b.OrganCode, "local_codes": spellLocal(b.LocalCodes), "handlings": b.Element("handlings"),
		"address": b.Address, "hours": b.Hours, "phone": b.Phone, "complaint_phone": b.Complaint, "remedy": b.Remedy,
	})
	f.fillRows(b)
	return f
}

func (f *form) fillRows(b catalog.Body) {
	var laws, materials, questions, fees [][]string
	for _, l := range b.LegalBasis {
		laws = append(laws, []string{l.Law, l.Article, l.Text})
	}
	for _, m := range b.Materials {
		materials = append(materials, []string{m.Name, m.Need, m.Source, m.Form, count(m.Copies), m.Note})
	}
	for _, q := range b.Questions {
		questions = append(questions, []string{q.Q, q.A})
	}
	for _, x := range b.Fees {
		fees = append(fees, []string{x.Name, x.Standard, x.Basis})
	}
	feeRows().write(&f.FormValues, fees)
	lawRows().write(&f.FormValues, laws)
	materialRows().write(&f.FormValues, materials)
	questionRows().write(&f.FormValues, questions)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// body decodes what was typed; what is no number is blamed on the form.
func (f *form) body() catalog.Body {
	b := catalog.Body{
		Name: f.Get("name"), BasicCode: f.Get("basic_code"), Kind: f.Get("type"), Level: f.Get("level"), Department: f.Get("department"),
		Origins: f.list("origin_levels"), Audience: f.list("audience"), Forms: f.list("handle_forms"),
		TopicsPerson: f.list("topics_person"), TopicsLegal: f.list("topics_corp"),
		StatutoryDays: f.Int("statutory_days"), PromisedDays: f.Int("promised_days"), ProjectType: f.Get("project_type"), OnsiteTimes: f.Int("onsite_times"),
		Conditions: lines(f.Get("conditions")), Keywords: strings.FieldsFunc(f.Get("keywords"), separator),
		Result:    catalog.Result{Type: f.Get("result_type"), Name: f.Get("result_name")},
		OrganCode: idcode.Canonical(f.Get("organ_code")), LocalCodes: readLocal(f.Get("local_codes")),
		Address: f.Get("address"), Hours: f.Get("hours"), Phone: f.Get("phone"), Complaint: f.Get("complaint_phone"), Remedy: f.Get("remedy"),
	}
	for _, r := range feeRows().compact(&f.FormValues) {
		b.Fees = append(b.Fees, catalog.Fee{Name: r[0], Standard: r[1], Basis: r[2]})
	}
	if err := b.SetElement("handlings", f.Get("handlings")); err != nil {
		f.Blame(err)
	}
	for _, r := range lawRows().compact(&f.FormValues) {
		b.LegalBasis = append(b.LegalBasis, catalog.LegalBasis{Law: r[0], Article: r[1], Text: r[2]})
	}
	for i, r := range materialRows().compact(&f.FormValues) {
		b.Materials = append(b.Materials, catalog.Material{
			Name: r[0], Need: r[1], Source: r[2], Form: r[3], Note: r[5],
			Copies: f.Int(materialRows().keys(i)[4]),
		})
	}
	for _, r := range questionRows().compact(&f.FormValues) {
		b.Questions = append(b.Questions, catalog.Question{Q: r[0], A: r[1]})
	}
	return b
}

// compact closes the gaps that empty rows leave, so that a blame on row 2 means
// the row that the form shows as row 2.
func (t rows) compact(v *kit.FormValues) [][]string {
	all := t.all(*v)
	t.write(v, all)
	return all
}

func (f *form) list(name string) []string {
	return slices.DeleteFunc(strings.Split(f.multi[name], ","), func(s string) bool { return s == "" })
}

func lines(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), func(s string) bool { return strings.TrimSpace(s) == "" })
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
func readLocal(s string) (out []catalog.LocalCode) {
	for _, line := range trimmed(lines(s)) {
		l := catalog.LocalCode{System: "local", Code: line}
		if system, code, ok := strings.Cut(line, ":"); ok {
			if _, known := codes.Get(codes.Scheme, system); known {
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
