package wire

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"liandong/modules/cases"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// caseForms answers cases out of the electronic forms.
type caseForms struct{ *forms.Service }

// draftOf is what the draft of an application is begun for.
func draftOf(itemID string) string { return "item:" + itemID }

// changeOf is what the draft of a change of a case's form is begun for.
func changeOf(caseID string) string { return "case:" + caseID }

// formKind is the kind of an applicant as forms call it.
func formKind(kind string) string {
	if kind == "legal" {
		return forms.EnterpriseKind
	}
	return forms.PersonKind
}

// File implements cases.Forms.
func (c caseForms) File(ctx context.Context, tx *db.Tx, in cases.Sheet) (out cases.SheetResult, err error) {
	known := judged(tx, in)
	from, err := c.FilledFrom(ctx, tx, in.Draft)
	if err != nil {
		return out, err
	}
	res, v, err := c.Hand(ctx, tx, forms.Handing{
		FormID: in.Form.ID, Number: in.Form.Number, Draft: in.Draft, For: draftOf(in.ItemID), Values: in.Answers, RowID: in.CaseID, Ref: in.No, Subject: in.Subject,
		Context: known,
	})
	if err != nil {
		return out, err
	}
	if !res.OK() {
		return out, objection(tx, v, res)
	}
	return cases.SheetResult{Facts: v.Open(res.Values), Files: v.FilesOf(res.Values), Earlier: numbersIn(from)}, nil
}

// numbersIn are the numbers of cases in what says where values come from.
func numbersIn(words []string) (nos []string) {
	for _, s := range words {
		nos = append(nos, cases.NumbersIn(s)...)
	}
	slices.Sort(nos)
	return slices.Compact(nos)
}

// judged is what the rules know of a form that is filed. What a job files nobody types now: it was judged
// where it was typed, or with the united form that it is taken from, and its readonly fields are those of then.
func judged(tx *db.Tx, in cases.Sheet) forms.Context {
	known := forms.Context{Today: tx.Now.In(calendar.Zone()).Format(time.DateOnly), ApplicantKind: formKind(in.Kind)}
	if in.Draft == "" && tx.Scope.Actor.Kind == tenancy.System {
		known.Stored = in.Answers
	}
	return known
}

// Check implements cases.Forms.
func (c caseForms) Check(ctx context.Context, tx *db.Tx, in cases.Sheet) error {
	v, err := c.VersionIn(ctx, tx, in.Form.ID, in.Form.Number)
	if err != nil {
		return err
	}
	if res := v.Evaluate(in.Answers, judged(tx, in)); !res.OK() {
		return objection(tx, v, res)
	}
	return nil
}

// objection says that rules object; a job, which shows no form, is told to which fields.
func objection(tx *db.Tx, v *forms.Version, res forms.Result) error {
	f := fault.InvalidField("form", "case_form_wrong")
	if tx.Scope.Actor.Kind == tenancy.System {
		f = f.With(strings.Join(formsweb.Minded(v.Compiled, res), "；"))
	}
	return f
}

// Change implements cases.Forms.
func (c caseForms) Change(ctx context.Context, tx *db.Tx, in cases.SheetChange) (out cases.SheetResult, err error) {
	v, err := c.VersionIn(ctx, tx, in.Form.ID, in.Form.Number)
	if err != nil {
		return out, err
	}
	step := in.StepName
	if in.StepKind == "" {
		step = text.T("forms.step." + in.StepName)
	}
	res, err := c.Amend(ctx, tx, forms.Amendment{
		FormID: in.Form.ID, RowID: in.CaseID, Values: in.Answers, Step: step, For: changeOf(in.CaseID),
		Context: forms.Context{ApplicantKind: formKind(in.Kind), Step: in.StepKind, Rights: rightsOf(v, in.StepKind, in.Rights)},
	})
	if err != nil {
		return out, err
	}
	if !res.OK() {
		return out, fault.InvalidField("form", "case_form_wrong")
	}
	out = cases.SheetResult{Facts: v.Open(res.Values), Files: v.FilesOf(res.Values)}
	for _, e := range res.Changes {
		out.Changed = append(out.Changed, e.Label)
	}
	return out, nil
}

// Portion implements cases.Forms.
func (c caseForms) Portion(ctx context.Context, tx *db.Tx, form cases.FormRef, caseID, part string) (cases.FormRef, map[string]any, error) {
	id, number, answers, err := c.Service.Portion(ctx, tx, form.ID, form.Number, caseID, part)
	return cases.FormRef{ID: id, Number: number}, answers, err
}

// Labels implements cases.Forms.
func (c caseForms) Labels(ctx context.Context, tx *db.Tx, form cases.FormRef, fields []string) (out []string, err error) {
	v, err := c.VersionIn(ctx, tx, form.ID, form.Number)
	if err != nil {
		return nil, err
	}
	for _, id := range fields {
		f := v.Schema.Find(id)
		if f == nil || !f.Kind.Holds() || f.Compute != "" {
			return nil, fault.InvalidField("fields", "not_an_option")
		}
		out = append(out, text.T("forms.correct_field", f.Label))
	}
	return out, nil
}

// rightsOf says of every field of a form what may be done with it at a step: what
// the flow says, else what the form says of it or of what is around it, else reading. "" among named says it of
// all that are not named.
func rightsOf(v *forms.Version, step string, named map[string]string) map[string]forms.Right {
	out := map[string]forms.Right{}
	v.Schema.Walk(func(f *forms.Field, around []*forms.Field) bool {
		if slices.ContainsFunc(around, func(a *forms.Field) bool { return a.Kind == forms.Table }) || !f.Kind.Holds() {
			return true
		}
		said := []forms.Right{forms.Right(named[f.ID]), forms.Right(named[""]), f.Rights[step]}
		for _, a := range slices.Backward(around) {
			said = append(said, a.Rights[step])
		}
		out[f.ID] = cmp.Or(append(said, forms.Read)...)
		return true
	})
	return out
}
