package web

import (
	"context"
	"net/http"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// turns lists the acts beside the steps, in the order in which a page offers them.
func turns() []act {
	return []act{
		{"approve", policies.CasesApprove},
		{"special", policies.CasesSpecial},
		{"suspend", policies.CasesSuspend},
		{"extend", policies.CasesExtend},
		{"consult", policies.CasesConsult},
		{"refer", policies.CasesRefer},
		{"transfer", policies.CasesTransfer},
		{"trip", policies.CasesTrip},
		{"void", policies.CasesVoid},
		{"reopen", policies.CasesReopen},
		{"archive", policies.CasesArchive},
	}
}

// isTurn reports whether an act stands beside the steps.
func isTurn(key string) bool {
	for _, t := range append(turns(), jointActs()...) {
		if t.key == key {
			return true
		}
	}
	return false
}

// turn does one of them.
func (h handlers) turn(ctx context.Context, key, caseID string, f *kit.FormValues, papers []string) (err error) {
	s, seen, said, days := h.d.Service.At(visitIn(*f)), f.Int("version"), f.Get("opinion"), 0
	if f.Get("days") != "" {
		days = f.Int("days")
	}
	if err := f.Err(); err != nil {
		return err
	}
	if isJoint(key) {
		return h.join(ctx, key, caseID, f)
	}
	pause := cases.Pause{Name: f.Get("name"), Reason: said, Basis: f.Get("basis"), Days: days}
	switch key {
	case "extend":
		_, err = s.AskExtension(ctx, caseID, seen, days, said)
	case "approve":
		if a := f.Get("agree"); a != "0" && a != "1" {
			return fault.InvalidField("agree", "case_agree_missing")
		}
		_, err = s.AnswerExtension(ctx, caseID, seen, f.Get("agree") == "1", said)
	case "special":
		if len(f.All("days")) > 0 { // the form that begins one asks how long it takes
			_, err = s.BeginSpecial(ctx, caseID, seen, pause, papers...)
		} else {
			_, err = s.EndSpecial(ctx, caseID, seen, said, papers...)
		}
	case "suspend":
		if len(f.All("days")) > 0 {
			_, err = s.Suspend(ctx, caseID, seen, pause, papers...)
		} else {
			_, err = s.Resume(ctx, caseID, seen, said, papers...)
		}
	case "refer":
		_, err = s.Refer(ctx, caseID, seen, f.Get("colleague"), said)
	case "transfer":
		err = s.Transfer(ctx, caseID, seen, f.Get("colleague"), said)
	case "trip":
		_, err = s.Come(ctx, caseID, seen, said)
	case "consult":
		_, err = s.Consult(ctx, caseID, seen, tenantOf(f.Get("office")), said, days)
	case "void":
		if !f.Bool("confirm") {
			return fault.InvalidField("confirm", "case_void_confirm")
		}
		_, err = s.Void(ctx, caseID, seen, said)
	case "reopen":
		_, err = s.Reopen(ctx, caseID, seen, said, f.Get("basis"))
	case "archive":
		_, err = s.Archive(ctx, caseID, seen, said)
	}
	return err
}

// accept is the act of that name, with what may follow later.
func accept(ctx context.Context, s *cases.Service, caseID string, f *kit.FormValues, papers []string) (err error) {
	seen, said := f.Int("version"), f.Get("opinion")
	if len(f.All("materials")) == 0 {
		_, err = s.Accept(ctx, caseID, seen, said, papers...)
		return err
	}
	days := 0
	if f.Get("days") != "" {
		days = f.Int("days")
	}
	if err := f.Err(); err != nil {
		return err
	}
	_, err = s.AcceptTolerating(ctx, caseID, seen, said, cases.Toleration{Materials: f.All("materials"), Days: days, Reason: said}, papers...)
	return err
}

// answerConsult is what an office says that was asked for its opinion.
func (h handlers) answerConsult(w http.ResponseWriter, r *http.Request) error {
	return h.procedure(w, r, "cases.did_answer_consult", func(ctx context.Context, caseID, procedureID string, f *kit.FormValues) error {
		return h.d.Service.AnswerConsult(ctx, caseID, procedureID, f.Get("opinion"))
	})
}

// supply takes a material that was tolerated.
func (h handlers) supply(w http.ResponseWriter, r *http.Request) error {
	return h.procedure(w, r, "cases.did_supply", func(ctx context.Context, caseID, procedureID string, f *kit.FormValues) error {
		papers, _, err := h.takePapers(r, "supply")
		if err != nil {
			return err
		}
		return h.d.Service.Supply(ctx, caseID, procedureID, papers, f.Get("opinion"))
	})
}

func (h handlers) procedure(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, string, string, *kit.FormValues) error) error {
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	procedureID, err := id(r, "procedure")
	if err != nil {
		return err
	}
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	failure := do(r.Context(), caseID, procedureID, &form)
	if failure == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/cases/"+caseID, done)
	}
	f, ok := fault.As(failure)
	if !ok || f.Kind == fault.NotFound || f.Kind == fault.Internal {
		return failure
	}
	v, err := h.view(r)
	if err != nil {
		return err
	}
	v.act = v.choose("")
	if !form.Blame(failure) {
		v.trouble = v.explain(f, form)
	}
	v.answered, v.answer = procedureID, form
	return h.showView(w, r, kit.StatusOf(f.Kind), v)
}

// maySupply reports whether the actor may hand in what was tolerated.
func (v *view) maySupply() bool { return v.Case.Open() && v.SupplyRefused == "" }
