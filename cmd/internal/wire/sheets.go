package wire

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// sheets puts electronic forms on the pages of cases.
type sheets struct {
	*App

	hold formsweb.Holder
}

func (a *App) sheets() sheets {
	return sheets{a, formsweb.NewHolder(formsweb.Deps{Service: a.Forms, Divisions: divisions{a.Tree}, Papers: uploads{a.Files}})}
}

func (s sheets) entry(ctx context.Context, in casesweb.Entry) (forms.Entry, error) {
	facts, err := s.known(ctx, in.Who)
	if err != nil {
		return forms.Entry{}, err
	}
	if err := s.chosen(ctx, in, facts); err != nil {
		return forms.Entry{}, err
	}
	return forms.Entry{FormID: in.Form.ID, Number: in.Form.Number, For: draftOf(in.ItemID), Facts: facts}, err
}

// chosen tells a united form (一表制) which of its parts are asked for.
func (s sheets) chosen(ctx context.Context, in casesweb.Entry, facts map[string]any) error {
	v, err := s.Forms.Version(ctx, in.Form.ID, in.Form.Number)
	if err != nil || v.Schema.Union == nil {
		return err
	}
	keys := []string{}
	for _, p := range v.Schema.Union.Parts {
		if p.Choice && slices.Contains(in.Parts, p.Key) {
			keys = append(keys, p.Key)
		}
	}
	facts[forms.ElementFact(forms.ChosenElement)] = keys
	return nil
}

// Open implements casesweb.EForms.
func (s sheets) Open(ctx context.Context, in casesweb.Entry) (casesweb.Draft, error) {
	if in.At != 0 {
		g, err := s.away(ctx, in)
		if err != nil {
			return casesweb.Draft{}, err
		}
		return s.laid(s.hold.Lay(g, in.Base)), nil
	}
	e, err := s.entry(ctx, in)
	if err != nil {
		return casesweb.Draft{}, err
	}
	sheet, err := s.hold.Open(ctx, e, in.Base, formKind(in.Who.Kind))
	if err != nil {
		return casesweb.Draft{}, err
	}
	return drafted(sheet, e), nil
}

// Take implements casesweb.EForms.
func (s sheets) Take(r *http.Request, in casesweb.Entry, buttons ...string) (casesweb.Draft, error) {
	if in.At != 0 {
		g, err := s.away(r.Context(), in)
		if err != nil {
			return casesweb.Draft{}, err
		}
		sheet, err := s.hold.Lift(r, g, in.Base, casesweb.FillKnown, buttons...)
		if err != nil {
			return casesweb.Draft{}, err
		}
		return s.laid(sheet), nil
	}
	e, err := s.entry(r.Context(), in)
	if err != nil {
		return casesweb.Draft{}, err
	}
	sheet, err := s.hold.Take(r, e, in.Base, formKind(in.Who.Kind), buttons...)
	if err != nil {
		return casesweb.Draft{}, err
	}
	return drafted(sheet, e), nil
}

// away is the form of the office of another place as anybody meets it there. It has no draft, and what
// earlier cases say is not looked for: the page would show it in clear.
func (s sheets) away(ctx context.Context, in casesweb.Entry) (g formsweb.Given, err error) {
	there, err := nearby{s.Tree}.At(ctx, in.At)
	if err != nil {
		return g, err
	}
	v, err := s.Forms.Version(there, in.Form.ID, in.Form.Number)
	if err != nil {
		return g, err
	}
	facts := typedFacts(in.Who)
	if err := s.chosen(there, in, facts); err != nil {
		return g, err
	}
	return formsweb.Given{Version: v, Kind: formKind(in.Who.Kind), Facts: facts, Values: in.Answers}, nil
}

// Listing implements casesweb.EForms.
func (s sheets) Listing(ctx context.Context, form cases.FormRef, heads []string) (out casesweb.Listing, err error) {
	v, err := s.Forms.Version(ctx, form.ID, form.Number)
	if err != nil {
		return out, err
	}
	l := formsweb.List(v, heads)
	out.Left = l.Left
	for _, c := range l.Columns {
		out.Columns = append(out.Columns, casesweb.ListColumn(c))
	}
	out.Judge = func(ctx context.Context, cells map[string]string, who casesweb.Applicant) (map[string]any, map[string]string) {
		answers, minded := l.Judge(ctx, divisions{s.Tree}, cells, typedFacts(who), s.Forms.Filing(formKind(who.Kind)))
		wrong := map[string]string{}
		for _, w := range minded {
			wrong[w.Head] = w.Sentence
		}
		return answers, wrong
	}
	return out, nil
}

// typedFacts are what the page says of the applicant.
func typedFacts(who casesweb.Applicant) map[string]any {
	facts := map[string]any{}
	sheets{}.typed(who, facts, func(source, value, from string) {
		if value != "" {
			facts[source] = forms.Fact{Value: value, From: text.T("forms.from." + from)}
		}
	})
	return facts
}

func (sheets) laid(s *formsweb.Sheet) casesweb.Draft {
	return casesweb.Draft{Attrs: s.Attrs(), Content: s.Content(), Paper: formsweb.Paper(s.Reading()), Do: s.Do, Answers: s.Answers(), State: s}
}

func drafted(s *formsweb.Sheet, e forms.Entry) casesweb.Draft {
	ended, _ := e.Facts[endedLicences].([]string)
	return casesweb.Draft{
		Notes: ended,
		ID:    s.Draft.ID, Attrs: s.Attrs(), Content: s.Content(), Paper: formsweb.Paper(s.Reading()), Do: s.Do, Page: s.Draft.Page, Begun: len(s.Draft.Touched)+len(s.Draft.Page) > 0, Told: len(s.Told) > 0, State: s,
	}
}

// Check implements casesweb.EForms.
func (s sheets) Check(d casesweb.Draft) casesweb.Draft {
	sheet, ok := d.State.(*formsweb.Sheet)
	if !ok || sheet.Check() {
		return d
	}
	d.Wrong, d.Content = sheet.Wrong(), sheet.Content()
	return d
}

// Drop implements casesweb.EForms.
func (s sheets) Drop(ctx context.Context, draft string) error { return s.hold.Drop(ctx, draft) }

// handed is the form of a case as somebody meets it.
type handed struct {
	cases.FormView

	row   forms.Row
	v     *forms.Version
	edits []forms.Edit
	own   bool // the applicant looks at hers
}

func (s sheets) read(ctx context.Context, caseID string, plain bool) (h handed, err error) {
	err = s.Cases.ShowForm(ctx, caseID, plain, func(ctx context.Context, tx *db.Tx, v cases.FormView) (err error) {
		h.FormView, h.own = v, tx.Scope.Actor.Kind == tenancy.Person
		h.row, h.v, h.edits, err = s.Forms.HandedIn(ctx, tx, v.Case.Sheet().ID, caseID)
		return err
	})
	return h, err
}

// reader says what whoever looks at a form may see of it.
func (h handed) reader() formsweb.Reading {
	r := formsweb.Reading{Kind: formKind(h.Case.ApplicantKind)}
	if !h.own {
		r.Step, r.Rights = h.Case.StepKind, rightsOf(h.v, h.Case.StepKind, h.Rights)
	}
	return r
}

// writer says what she may write of it now: what a notice asks for, or what the step lets her.
func (h handed) writer() formsweb.Reading {
	if h.Case.Status != cases.Supplement {
		return h.reader()
	}
	named := map[string]string{"": string(forms.Read)}
	for _, f := range h.Asked {
		named[f] = string(forms.Write)
	}
	return formsweb.Reading{Kind: formKind(h.Case.ApplicantKind), Rights: rightsOf(h.v, "", named)}
}

// Filed implements casesweb.EForms.
func (s sheets) Filed(ctx context.Context, caseID string, plain bool) (out casesweb.Filed, err error) {
	h, err := s.read(ctx, caseID, plain)
	if err != nil {
		return out, err
	}
	who := h.reader()
	out = casesweb.Filed{
		Title: h.v.Schema.Title, Version: h.v.Number, Content: formsweb.Paper(s.hold.Paper(h.v, h.row, who, plain)), Refused: h.Writable, Asked: len(h.Asked) > 0,
	}
	if out.Pending, err = s.unsaved(ctx, h, caseID); err != nil {
		return out, err
	}
	for _, f := range h.v.Named() {
		if f.Compute != "" || who.Rights[f.ID] == forms.Hidden {
			continue
		}
		out.Fields = append(out.Fields, kit.Option{Value: f.ID, Label: f.Label})
		if who.Rights[f.ID] == forms.Write && !f.Readonly {
			out.Writable++
		}
	}
	for _, e := range h.edits {
		out.Edits = append(out.Edits, edited(h.v, e, who))
	}
	return out, nil
}

func edited(v *forms.Version, e forms.Edit, who formsweb.Reading) casesweb.FormEdit {
	out := casesweb.FormEdit{At: e.At.In(calendar.Zone()).Format("2006-01-02 15:04"), Who: e.ByName, Step: e.Step}
	for _, c := range e.Changes {
		f := v.Schema.Find(c.Field)
		if f == nil || who.Rights[c.Field] == forms.Hidden {
			continue
		}
		out.Changes = append(out.Changes, casesweb.FormChange{Label: c.Label, Before: formsweb.Said(f, c.Before), After: formsweb.Said(f, c.After)})
	}
	return out
}

// Edit implements casesweb.EForms.
func (s sheets) Edit(r *http.Request, caseID, base string) (out casesweb.Editing, err error) {
	h, err := s.read(r.Context(), caseID, false)
	if err != nil {
		return out, err
	}
	if h.Case.Status != cases.Supplement && h.Writable != "" {
		return out, fault.New(fault.Forbidden, "forbidden").With(h.Writable)
	}
	sheet, err := s.hold.Revise(r, formsweb.Revising{Version: h.v, Row: h.row, Who: h.writer(), For: changeOf(caseID), Base: base})
	if err != nil {
		return out, err
	}
	out = casesweb.Editing{
		Attrs: sheet.Attrs(), Content: sheet.Content(), Do: sheet.Do, Values: sheet.Values, Told: len(sheet.Told) > 0,
		Pending: pending(sheet.Draft, sheet.Altered), Moved: sheet.Moved, Page: sheet.Draft.Page,
	}
	out.Blame = func() templ.Component { sheet.View = sheet.Again(); return sheet.Content() }
	return out, nil
}

func pending(f forms.Filling, altered []string) casesweb.Pending {
	return casesweb.Pending{Draft: f.ID, Fields: altered, At: f.SavedAt.In(calendar.Zone()).Format("2006-01-02 15:04")}
}

// unsaved is what the actor has typed into the form of a case and not handed in yet.
func (s sheets) unsaved(ctx context.Context, h handed, caseID string) (casesweb.Pending, error) {
	f, ok, err := s.Forms.Revising(ctx, h.v.FormID, changeOf(caseID))
	if err != nil || !ok {
		return casesweb.Pending{}, err
	}
	var altered []string
	for _, id := range f.Altered(h.v) {
		altered = append(altered, h.v.Schema.Find(id).Label)
	}
	return pending(f, altered), nil
}

var _ casesweb.EForms = sheets{}

// known is what the product knows of an applicant, by the names of forms.Sources, with
// where it comes from.
func (s sheets) known(ctx context.Context, who casesweb.Applicant) (map[string]any, error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	facts := map[string]any{}
	put := func(source, value, from string) {
		if value != "" {
			facts[source] = forms.Fact{Value: value, From: text.T("forms.from." + from)}
		}
	}
	if sc.Actor.Kind == tenancy.Person {
		p, err := profiles{s.Kratos, s.sealer}.Profile(ctx, sc.Actor.ID)
		if err != nil {
			return nil, err
		}
		put("person.name", p.Name, "identity")
		put("person.id_number", p.Number, "identity")
		put("person.phone", p.Phone, "identity")
		put("agent.name", p.Name, "identity")
		put("agent.phone", p.Phone, "identity")
	}
	s.typed(who, facts, put)
	earlier, err := s.earlier(ctx, who)
	for name, fact := range earlier {
		if _, known := facts[name]; !known {
			facts[name] = fact
		}
	}
	return facts, err
}

// typed adds what was typed of the applicant before the form: it counts more than what her account says.
func (sheets) typed(who casesweb.Applicant, facts map[string]any, put func(source, value, from string)) {
	if who.Kind == "legal" {
		put("enterprise.name", who.Name, "applicant")
		put("enterprise.credit_code", who.Number, "applicant")
		put("enterprise.phone", who.Phone, "applicant")
		put("enterprise.address", who.Address, "applicant")
		return
	}
	if _, known := facts["person.name"]; !known {
		put("person.name", who.Name, "applicant")
	}
	if _, known := facts["person.id_number"]; !known {
		put("person.id_number", who.Number, "applicant")
	}
	put("person.phone", who.Phone, "applicant")
	put("person.address", who.Address, "applicant")
}

// earlierCases is how many cases are looked at, the newest first.
const earlierCases = 20

// earlier is what the applicant's earlier cases say: of each data element the newest
// value, and the newest licence. A person asks for her own; a clerk by the number that she typed.
func (s sheets) earlier(ctx context.Context, who casesweb.Applicant) (facts map[string]any, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	if sc.Actor.Kind != tenancy.Person && who.Number == "" {
		return map[string]any{}, nil
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := s.Cases.Earlier(ctx, tx, cases.Whose{Kind: who.Kind, Number: who.Number}, earlierCases)
		if err != nil {
			return err
		}
		var ids []forms.EarlierRow
		for _, c := range rows {
			if ref := c.Sheet(); !ref.None() {
				ids = append(ids, forms.EarlierRow{FormID: ref.ID, RowID: c.ID, From: text.T("forms.from.case", c.No)})
			}
		}
		if facts, err = s.Forms.Earlier(ctx, tx, ids); err != nil {
			return err
		}
		return s.licences(ctx, tx, rows, facts)
	})
	return facts, err
}

// Licences is whoever keeps licences (电子证照): those of an applicant, the newest first.
// Until a licence library is connected, they are the results that earlier cases issued.
type Licences interface {
	Of(ctx context.Context, tx *db.Tx, earlier []cases.Case) ([]Licence, error)
}

// Licence (证照) is what an authority has issued.
type Licence struct {
	Name, Number, Organ   string
	Holder, Scope, CaseNo string
	ValidFrom, ValidUntil string // dates; empty: unlimited, or unknown
	Ended                 bool
}

// endedLicences is the name among facts under which the licences stand that have run out.
const endedLicences = "licences.ended"

// maxEnded bounds how many of them are named.
const maxEnded = 3

// licences adds what the newest licence holds that has not run out, and names those
// that have run out and were not replaced.
func (s sheets) licences(ctx context.Context, tx *db.Tx, earlier []cases.Case, facts map[string]any) error {
	var from Licences = results{s.Cases, s.Items}
	all, err := from.Of(ctx, tx, earlier)
	if err != nil {
		return err
	}
	var ended []string
	seen := map[string]bool{}
	for _, l := range all {
		switch {
		case l.Ended && !seen[l.Name] && len(ended) < maxEnded:
			ended = append(ended, text.T("forms.licence_ended", l.Name, l.Number, l.ValidUntil))
		case !l.Ended && facts["licence.number"] == nil:
			l.facts(facts)
		}
		seen[l.Name] = true
	}
	if len(ended) > 0 {
		facts[endedLicences] = ended
	}
	return nil
}

// facts puts what a licence holds among what fills in a form.
func (l Licence) facts(facts map[string]any) {
	said := text.T("forms.from.licence", l.Name, l.CaseNo)
	for source, value := range map[string]string{
		"name": l.Name, "number": l.Number, "organ": l.Organ, "valid_from": l.ValidFrom, "valid_until": l.ValidUntil, "holder": l.Holder, "scope": l.Scope,
	} {
		if value != "" {
			facts["licence."+source] = forms.Fact{Value: value, From: said}
		}
	}
}

// results are licences as earlier cases issued them: the decisions that grant something.
type results struct {
	cases *cases.Service
	items *catalog.Service
}

// Of implements Licences.
func (r results) Of(ctx context.Context, tx *db.Tx, earlier []cases.Case) (out []Licence, err error) {
	for _, c := range earlier {
		if c.Outcome != cases.Granted {
			continue
		}
		d, found, err := r.cases.GrantIn(ctx, tx, &c)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		l := Licence{Name: d.Title, Number: d.No, Organ: d.OrganName, Holder: c.ApplicantName, Scope: d.Scope, CaseNo: c.No, ValidFrom: dated(d.ValidFrom), ValidUntil: dated(d.ValidUntil), Ended: d.Ended(tx.Now)}
		if v, _, err := r.items.Pinned(ctx, tx, c.ItemTenant, c.ItemVersionID, c.CreatedAt); err == nil && v.Body.Result.Name != "" { // an item of another branch of the tree is not seen
			l.Name = v.Body.Result.Name
		}
		out = append(out, l)
	}
	return out, nil
}

func dated(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
