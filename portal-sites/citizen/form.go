package citizen

import (
	"context"
	"slices"
	"unicode/utf8"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/materials"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/idcode"
)

// The steps of an application, by their name in the address.
const (
	stepChoices   = "choices"
	stepApplicant = "applicant"
	stepDetails   = "details"
	stepMaterials = "materials"
	stepConfirm   = "confirm"
)

// form is one application as its pages show it.
type form struct {
	id   string
	b    catalog.Body // with what it asks of her after her choices
	full catalog.Body // with what it asks of anybody
	mine catalog.Mine
	asks kit.Interview

	begun    bool            // there is a draft of the application
	sheet    *casesweb.Draft // the electronic form; nil: the item has none, or the step does not need it
	outdated bool            // the item has changed since the draft was begun

	me   Profile
	app  application
	step string
	v    kit.FormValues
	bad  map[string]string // material → what is wrong with its upload

	offers map[string][]materials.Offer // by material: what she may use again
}

// steps leaves out what the item does not ask for.
func (f form) steps() []string {
	var out []string
	if f.full.Divided() {
		out = append(out, stepChoices)
	}
	out = append(out, stepApplicant)
	if f.filled() {
		out = append(out, stepForm)
	}
	out = append(out, stepDetails)
	if len(f.b.Materials) > 0 {
		out = append(out, stepMaterials)
	}
	return append(out, stepConfirm)
}

func (f form) labels() (out []string) {
	for _, s := range f.steps() {
		if s == stepDetails && f.filled() { // what is applied for stands in the form
			s = "delivery"
		}
		out = append(out, text.T("citizen.apply."+s))
	}
	return out
}

func (f form) at() int { return max(0, slices.Index(f.steps(), f.step)) }

// after is the step n steps on; it stays within the form.
func (f form) after(n int) string {
	s := f.steps()
	return s[min(max(f.at()+n, 0), len(s)-1)]
}

// kinds are the kinds of applicant that the item serves.
func (f form) kinds() (out []string) {
	if len(f.b.Audience) == 0 || slices.Contains(f.b.Audience, "1") {
		out = append(out, "person")
	}
	if slices.ContainsFunc(f.b.Audience, func(a string) bool { return a != "1" }) {
		out = append(out, "legal")
	}
	return out
}

// kind is the chosen kind of applicant, or the only one.
func (f form) kind() string {
	if k := f.app.Values["kind"]; slices.Contains(f.kinds(), k) {
		return k
	}
	return f.kinds()[0]
}

// known reports that identity vouches for who she is: she then files under that
// name and number, and the number never leaves the server.
func (f form) known() bool { return f.me.Number != "" }

// fields are those of the current step.
func (f form) fields() []kit.F {
	switch f.step {
	case stepApplicant:
		return f.applicantFields()
	case stepDetails:
		return f.detailFields()
	}
	return nil
}

func label(key string) string { return text.T("citizen.label." + key) }

func (f form) applicantFields() (out []kit.F) {
	if len(f.kinds()) > 1 {
		out = append(out, kit.F{Name: "kind", Label: label("kind"), Type: kit.Radio, Required: true, Full: true, Options: options("applicant", f.kinds()...), Value: f.kind()})
	}
	if slices.Contains(f.kinds(), "legal") {
		both := len(f.kinds()) > 1
		help := ""
		if both {
			help = label("org_help")
		}
		out = append(out, kit.F{Name: "org_name", Label: label("org_name"), MaxLength: 60, Required: !both, Help: help, Autofill: "organization"},
			kit.F{Name: "org_number", Label: label("org_number"), MaxLength: 18, Required: !both, Help: help})
	}
	if !f.known() && slices.Contains(f.kinds(), "person") {
		out = append(out, kit.F{Name: "name", Label: label("name"), Required: true, MaxLength: 60, Autofill: "name", Value: f.me.Name},
			kit.F{Name: "number", Label: label("number"), Required: true, MaxLength: 18, Help: label("number_help")})
	}
	return append(out, kit.F{Name: "phone", Label: label("phone"), Type: kit.Tel, Required: true, MaxLength: 20, Autofill: "tel", Value: f.me.Phone, Help: label("phone_help")},
		kit.F{Name: "address", Label: label("address"), MaxLength: 200, Full: true, Autofill: "street-address"})
}

func (f form) detailFields() (out []kit.F) {
	if !f.filled() {
		out = append(out, kit.F{Name: "matter", Label: label("matter"), Type: kit.Textarea, Required: true, MaxLength: 500, Rows: 5, Help: label("matter_help")})
	}
	out = append(out, kit.F{Name: "delivery", Label: label("delivery"), Type: kit.Radio, Required: true, Full: true, Options: options("delivery", "window", "mail", "electronic")},
		kit.F{Name: "mail_to", Label: label("mail_to"), MaxLength: 200, Full: true, Help: label("mail_help")})
	if len(f.b.Conditions) > 0 {
		out = append(out, kit.F{Name: "fits", Label: label("fits"), Type: kit.Checkbox, Required: true, Full: true})
	}
	return out
}

func names(fields []kit.F) (out []string) {
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

// check blames what is wrong with a step; the service checks everything again.
func (f *form) check(step string) {
	was := f.step
	f.step = step
	defer func() { f.step = was }()
	for _, field := range f.fields() {
		switch {
		case field.Required && field.Type == kit.Checkbox && !f.v.Bool(field.Name):
			f.v.Wrong(field.Name, "citizen.conditions_missing")
		case f.needed(field) && f.v.Get(field.Name) == "":
			f.v.Wrong(field.Name, "required")
		case field.MaxLength > 0 && utf8.RuneCountInString(f.v.Get(field.Name)) > field.MaxLength:
			f.v.Wrong(field.Name, "too_long")
		}
	}
	if step == stepApplicant {
		f.checkApplicant()
	}
}

// needed are the required fields, and those that another answer makes so.
func (f form) needed(field kit.F) bool {
	switch field.Name {
	case "org_name", "org_number":
		return f.kind() == "legal"
	case "name", "number":
		return f.kind() == "person"
	case "mail_to":
		return f.v.Get("delivery") == "mail"
	}
	return field.Required
}

func (f *form) checkApplicant() {
	in := f.filing()
	if _, err := idcode.NormalizePhone(in.Phone); in.Phone != "" && err != nil {
		f.v.Wrong("phone", "not_a_phone")
	}
	switch {
	case f.kind() == "legal":
		if in.Number != "" && idcode.CheckCreditCode(in.Number) != nil {
			f.v.Wrong("org_number", "not_a_credit_code")
		}
	case !f.known() && in.Number != "" && idcode.CheckIDNumber(in.Number) != nil:
		f.v.Wrong("number", "not_an_id_number")
	}
}

// filing is the application as it is handed in.
func (f form) filing() cases.Filing {
	val := f.app.Values
	in := cases.Filing{
		ItemID: f.id, Kind: f.kind(), Name: val["name"], Number: val["number"], Phone: val["phone"], Address: val["address"],
		Files: f.app.ids(f.b), Choices: f.mine.Chosen, Key: f.app.Key,
		Form: map[string]any{"matter": val["matter"], "delivery": val["delivery"]},
	}
	if f.filled() {
		delete(in.Form, "matter")
	}
	if f.sheet != nil {
		in.Sheet = f.sheet.ID
	}
	if f.known() {
		in.Name, in.Number = f.me.Name, f.me.Number
	}
	if f.kind() == "legal" {
		in.Form["agent"] = f.me.Name
		in.Name, in.Number = val["org_name"], val["org_number"]
	}
	if val["delivery"] == "mail" {
		in.Form["mail_to"] = val["mail_to"]
	}
	return in
}

func (f form) applicantTerms() []kit.Term {
	in := f.filing()
	masked := idcode.MaskIDNumber(in.Number)
	out := []kit.Term{
		{Label: label("kind"), Value: word("applicant", in.Kind)},
		{Label: label("who"), Value: in.Name},
		{Label: label("code"), Value: masked},
		{Label: label("phone"), Value: in.Phone},
	}
	if in.Kind == "legal" {
		out = append(out, kit.Term{Label: label("agent"), Value: f.me.Name})
	}
	return append(out, kit.Term{Label: label("address"), Value: in.Address, Full: true})
}

func (f form) detailTerms() []kit.Term {
	val := f.app.Values
	out := []kit.Term{{Label: label("matter"), Value: val["matter"], Full: true}, {Label: label("delivery"), Value: word("delivery", val["delivery"])}}
	if f.filled() {
		out = out[1:]
	}
	if val["delivery"] == "mail" {
		out = append(out, kit.Term{Label: label("mail_to"), Value: val["mail_to"]})
	}
	return out
}

// errors lead from the confirming step to where each can be put right.
func (f form) errors(ctx context.Context) (out []kit.Link) {
	at := func(step string) string { return query(itemURL(ctx, f.id)+"/apply", "step", step) }
	for _, step := range []string{stepApplicant, stepDetails} {
		g := f
		g.step = step
		for _, field := range g.fields() {
			if msg := f.v.Error(field.Name); msg != "" {
				out = append(out, kit.Link{Label: field.Label + text.T("citizen.colon") + msg, Href: at(step)})
			}
		}
	}
	if f.sheet != nil {
		for _, said := range f.sheet.Wrong {
			out = append(out, kit.Link{Label: said, Href: at(stepForm)})
		}
	}
	for _, m := range f.b.Materials {
		if msg := f.bad[m.Name]; msg != "" {
			out = append(out, kit.Link{Label: m.Name + text.T("citizen.colon") + msg, Href: at(stepMaterials)})
		}
	}
	if msg := f.v.Error("agree"); msg != "" {
		out = append(out, kit.Link{Label: msg, Href: "#f-agree"})
	}
	return out
}
