package cases

import (
	"context"
	"maps"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// FormRef names a version of an electronic form (电子表单); the zero one names none.
type FormRef struct {
	ID     string
	Number int
}

// None reports whether there is no form.
func (f FormRef) None() bool { return f.ID == "" }

// Sheet (申请表) is a form as it is handed in with a case.
type Sheet struct {
	Form    FormRef
	CaseID  string
	No      string
	ItemID  string
	Subject string         // of the applicant; empty for one without an account
	Kind    string         // of applicant
	Draft   string         // of the actor's, that holds what was filled in; empty: Answers do
	Answers map[string]any // by field
}

// SheetChange (申请表修改) is a change of what was handed in.
type SheetChange struct {
	Form     FormRef
	CaseID   string
	Kind     string
	StepKind string            // at which it is changed; empty: an answer to a notice
	StepName string            // for the history
	Rights   map[string]string // by field: write, read or hidden; what is not named follows the form
	Answers  map[string]any    // fields that are not named stay
}

// SheetResult is what a form says once it is stored.
type SheetResult struct {
	Facts   map[string]any // without personal data: what the conditions of a flow look at
	Files   []string       // uploads that it names
	Changed []string       // labels of the fields that differ from before
	Earlier []string       // numbers of the cases out of which it was filled in
}

// Forms is what cases asks of whoever keeps electronic forms.
type Forms interface {
	// File evaluates a form again and stores it in tx, under the id of its case;
	// Invalid on field "form" when its rules object.
	File(ctx context.Context, tx *db.Tx, in Sheet) (SheetResult, error)
	// Check evaluates a form as File does, and stores nothing. The detail of its fault
	// names the fields.
	Check(ctx context.Context, tx *db.Tx, in Sheet) error
	// Change evaluates a stored form again with what the actor may write of it;
	// Invalid on field "form" when its rules object.
	Change(ctx context.Context, tx *db.Tx, in SheetChange) (SheetResult, error)
	// Portion is what one part of a joint case gets of the one form that was filed with
	// it, and the form that it belongs to; NotFound when the part asks nothing.
	Portion(ctx context.Context, tx *db.Tx, form FormRef, caseID, part string) (FormRef, map[string]any, error)
	// Labels are the labels of fields; Invalid on field "fields" for one that is not there.
	Labels(ctx context.Context, tx *db.Tx, form FormRef, fields []string) ([]string, error)
}

// Sheet is the form that the case was filed with.
func (c *Case) Sheet() FormRef {
	if c.FormID == nil {
		return FormRef{}
	}
	return FormRef{*c.FormID, c.FormNumber}
}

// fillForm stores the form that the item asks for, with a case that is being filed.
func (s *Service) fillForm(ctx context.Context, tx *db.Tx, c *Case, in *Filing) error {
	if c.Sheet().None() {
		return nil
	}
	if in.Sheet == "" && in.Answers == nil || s.asks.Forms == nil {
		return fault.InvalidField("form", "case_form_missing")
	}
	res, err := s.asks.Forms.File(ctx, tx, Sheet{
		Form: c.Sheet(), CaseID: c.ID, No: c.No, ItemID: c.ItemID, Subject: c.subject(), Kind: c.ApplicantKind, Draft: in.Sheet, Answers: in.Answers,
	})
	if err != nil {
		return err
	}
	in.Files = append(slices.Clone(in.Files), res.Files...)
	c.take(res.Facts)
	c.Refers = res.Earlier
	return nil
}

// take puts what a form says before what was answered beside it.
func (c *Case) take(facts map[string]any) {
	out := map[string]any{}
	maps.Copy(out, facts)
	for k, v := range c.Form {
		if _, said := out[k]; !said || siteAnswers[k] {
			out[k] = v
		}
	}
	c.Form = out
}

// siteAnswers are what the sites ask of everybody; no form takes their place.
var siteAnswers = map[string]bool{"matter": true, "delivery": true, "mail_to": true, "agent": true} //nolint:gochecknoglobals // read-only

// ChangeForm (填写申请表) changes the fields that the step of the case lets its handler
// write. seen is the version shown. What changed is kept with her name; Precondition
// (case_form_same) when nothing did.
func (s *Service) ChangeForm(ctx context.Context, id string, seen int, answers map[string]any) (Case, error) {
	return s.whereHandled(ctx, id, seen, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		powers, err := s.powers(ctx, d.tx, c)
		if err != nil {
			return err
		}
		res, err := d.change(ctx, SheetChange{StepKind: c.StepKind, StepName: c.StepName, Rights: powers, Answers: answers})
		if err != nil {
			return err
		}
		if len(res.Changed) == 0 {
			return fault.New(fault.Precondition, "case_form_same")
		}
		return nil
	})
}

// powers are what the step may do with the fields of the form, by field: write, read or hidden.
func (s *Service) powers(ctx context.Context, tx *db.Tx, c *Case) (map[string]string, error) {
	r, err := s.asks.Flows.Rules(ctx, tx, c.flow(), c.StepID)
	return r.Fields, err
}

// change puts answers into the form of the case, and what conditions look at with them.
func (d *deed) change(ctx context.Context, in SheetChange) (res SheetResult, err error) {
	c := d.c
	if c.Sheet().None() || d.asks.Forms == nil {
		return res, fault.New(fault.Precondition, "case_form_none")
	}
	in.Form, in.CaseID, in.Kind = c.Sheet(), c.ID, c.ApplicantKind
	if res, err = d.asks.Forms.Change(ctx, d.tx, in); err != nil || len(res.Changed) == 0 {
		return res, err
	}
	if len(res.Files) > 0 {
		if _, err := d.asks.Files.Attach(ctx, d.tx, c.TenantID, c.ID, c.subject(), c.StepSeq, res.Files); err != nil {
			return res, err
		}
	}
	c.take(res.Facts)
	act := policies.CasesResubmit
	if in.StepKind != "" {
		act = handling(c.StepKind)
	}
	d.tx.Record(db.Audit{Tenant: c.TenantID, Action: string(act), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "step": c.StepName, "form_fields": strings.Join(res.Changed, " ")}})
	_, err = d.tx.NewUpdate().Model(c).Column("form").WherePK().Exec(ctx)
	return res, err
}

// asked are the fields that the notice which still waits asks for.
func (d *deed) asked(ctx context.Context) ([]string, error) {
	ns, err := d.st.notices(ctx, d.c)
	for _, n := range ns {
		if n.AnsweredAt == nil {
			return n.Fields, err
		}
	}
	return nil, err
}

// reopen takes the answers of a supplement to the fields that were asked for; it
// reports whether anything changed.
func (d *deed) reopen(ctx context.Context, answers map[string]any) (bool, error) {
	if len(answers) == 0 {
		return false, nil
	}
	fields, err := d.asked(ctx)
	if err != nil || len(fields) == 0 {
		return false, err
	}
	rights := map[string]string{"": "read"}
	for _, f := range fields {
		rights[f] = "write"
	}
	res, err := d.change(ctx, SheetChange{StepName: noticeStep, Rights: rights, Answers: answers})
	return len(res.Changed) > 0, err
}

// noticeStep names the answer to a notice in the history of a form: a catalogue key.
const noticeStep = "supplement"

// wantFields puts the fields of the form that a notice asks for on its list.
func (d *deed) wantFields(ctx context.Context, wanted, fields []string) ([]string, error) {
	if len(fields) == 0 {
		return wanted, nil
	}
	if d.c.Sheet().None() || d.asks.Forms == nil {
		return nil, fault.New(fault.Precondition, "case_form_none")
	}
	labels, err := d.asks.Forms.Labels(ctx, d.tx, d.c.Sheet(), fields)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(wanted), labels...), nil
}

// AskCorrection (补正) is AskSupplement with fields of the form, by id: the applicant
// may correct these when she answers, and no others.
func (s *Service) AskCorrection(ctx context.Context, id string, seen int, wanted, fields []string, note string, papers ...string) (Case, error) {
	return s.askSupplement(ctx, id, seen, wanted, fields, note, papers)
}

// Correct (补正) is Resubmit with answers to the fields that the notice asks for.
func (s *Service) Correct(ctx context.Context, id string, seen int, answer string, fileIDs []string, answers map[string]any) (Case, error) {
	return s.resubmit(ctx, id, seen, answer, fileIDs, answers)
}

// FormView (申请表) is the form of a case as the actor may read and write it.
type FormView struct {
	Case     Case
	Rights   map[string]string // of the step; what is not named follows the form
	Writable string            // why she may not write at this step; empty when she may
	Asked    []string          // fields that the notice which waits asks for
}

// ShowForm tells who may do what with the form of a case that the actor may see;
// NotFound when there is none. read reads it in the same transaction.
func (s *Service) ShowForm(ctx context.Context, id string, plain bool, read func(context.Context, *db.Tx, FormView) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.show(ctx, tx, id)
		if err != nil {
			return err
		}
		c := &v.Case
		if c.Sheet().None() {
			return fault.New(fault.NotFound, "case_form_none")
		}
		if err := (store{tx}).sees(ctx, c); err != nil {
			return err
		}
		out := FormView{Case: *c}
		if out.Rights, err = s.powers(ctx, tx, c); err != nil {
			return err
		}
		why, offered := v.May[handling(c.StepKind)]
		switch {
		case why != "":
			out.Writable = why
		case !offered || c.Status != Submitted && c.Status != Handling:
			out.Writable = "-"
		}
		for _, n := range v.Notices {
			if n.AnsweredAt == nil && c.Status == Supplement {
				out.Asked = n.Fields
			}
		}
		if plain {
			tx.Record(db.Audit{Action: string(policies.CasesView), Kind: "case", Object: id, Detail: map[string]any{"no": c.No, "revealed": "form"}})
		}
		return read(ctx, tx, out)
	})
}
